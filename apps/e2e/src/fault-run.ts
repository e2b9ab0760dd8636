import { currentType } from '@probity/events';
import { isAlive, startStack, waitUntil, type ProcessOfStack, type RunningStack } from '@probity/local-stack';
import { SeededRandom } from '@probity/testing';
import type { Client } from 'pg';
import type { MatrixSummary, Store } from './store.js';

/** Processes whose sudden end an import must survive. */
export const VICTIMS = ['borough-ingest', 'projector-matrix', 'vault', 'kafka', 'postgres'] as const;

/** A process that is killed. */
export type Victim = (typeof VICTIMS)[number] & ProcessOfStack;

/** What is imported, always by the same command. */
export interface ImportCommand {
  /** Folder with one list and its groups. */
  folder: string;
  borough: string;
  asAt: string;
}

/** What an import leaves behind, in a form that two stores can be compared by. */
export interface Outcome {
  digest: { digest: string; records: number; events: number };
  /** Counts of the central matrix. */
  summary: Omit<MatrixSummary, 'asAt'>;
  /** Roles in the safeguarding register, sorted. */
  registered: string[];
}

/** Where in the import a process was killed. */
export interface KillPosition {
  seed: number;
  victim: Victim;
  /** Rows that the import had told to have read. */
  rowsRead: number;
  /** Events of the lists that were committed just before the kill. */
  committed: number;
  /** The same after the restart. */
  committedAtRestart: number;
  /** The same at the end of an import that nobody disturbs. */
  total: number;
  /** For how many answers of the database the kill waited at most, so that it does not always follow a commit. */
  delay: number;
}

const CATCH_UP_MS = 120_000;

/** Share of the import from which a kill waits no longer. */
const LAST_WAIT = 0.8;

/** Arguments of the command line for an import. */
export function importArguments({ folder, asAt }: ImportCommand, report: string): string[] {
  return ['import', folder, '--as-at', asAt, '--report', report];
}

/** Events that the lists have led to; those of the windows come from another service. */
export async function committedEvents(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM events.event WHERE topic <> 'oversight'`,
  );
  return rows[0]?.count ?? 0;
}

/** The outcome of the imports of a store, once both read models have everything. */
export async function outcomeOf(store: Store): Promise<Outcome> {
  const [events, views] = [await store.connect('probity_events'), await store.connect('probity_views')];
  const made = 'SELECT event_id::text AS id FROM events.event WHERE type = ANY($1)';
  const types = ['matrix.legacy-entry-asserted', 'safeguarding.entry-registered'].map(currentType);
  const { rowCount: wanted } = await events.query(made, [types]);
  const shown = 'SELECT role FROM matrix.entry UNION ALL SELECT role FROM safeguarding.register';
  if (!(await waitUntil(async () => (await views.query(shown)).rowCount === wanted, CATCH_UP_MS)))
    throw new Error('The read models did not catch up with the event store.');
  const register = 'SELECT borough || role AS text FROM safeguarding.register ORDER BY text';
  const { rows } = await views.query<{ text: string }>(register);
  await Promise.all([events.end(), views.end()]);
  const { total, boroughs } = await store.matrixSummary();
  const digest = await store.json<Outcome['digest']>('digest');
  return { digest, summary: { total, boroughs }, registered: rows.map(({ text }) => text) };
}

/** Ids of the events of a topic: as they were committed, and as they lie on the log with repeats. */
export async function eventIdsOf(
  store: Store,
  borough: string,
  topic: string,
): Promise<{ committed: string[]; logged: string[] }> {
  const sql = 'SELECT event_id::text AS id FROM events.event WHERE topic = $1 ORDER BY position';
  const logged: string[] = [];
  const log = store.logAs(`ingest-${borough}`);
  const held = 'SELECT 1 FROM events.outbox WHERE topic = $1';
  const isSent = async (): Promise<boolean> =>
    (await store.rows('probity_events', held, [topic])).length === 0;
  if (!(await waitUntil(isSent, CATCH_UP_MS))) throw new Error(`The relay did not send all of ${topic}.`);
  for await (const { headers } of log.read(topic, 0, 0n, await log.endOffset(topic, 0))) {
    logged.push(headers['ce_id'] ?? '');
  }
  const committed = await store.rows<{ id: string }>('probity_events', sql, [topic]);
  return { committed: committed.map(({ id }) => id), logged };
}

/** One store that loses processes by SIGKILL while it imports, and is started again on the same home each time. */
export class FaultRun {
  readonly positions: KillPosition[] = [];
  #stack: RunningStack | undefined;
  readonly #random: SeededRandom;

  /** @param total events of an import that nobody disturbs */
  constructor(
    private readonly store: Store,
    private readonly command: ImportCommand,
    private readonly seed: number,
    private readonly total: number,
  ) {
    this.#random = new SeededRandom(`kills/${String(seed)}`);
  }

  /**
   * Kills the victims one after the other, each in its own part of the import, and then lets the import end.
   *
   * @param report where the report of the last run is written
   * @throws Error when an import ends before its victim is killed, or says that it is done although it was broken off
   */
  async run(victims: readonly Victim[], report: string): Promise<void> {
    await this.#start();
    for (const [turn, victim] of victims.entries()) {
      // The last two fifths of a part are left free: a block more may be committed before everything has stopped.
      const part = (turn + 0.1 + this.#random.next() * 0.5) / victims.length;
      await this.#killAt(victim, Math.ceil(part * this.total), report);
    }
    const { code, stderr } = await this.store.probity(...importArguments(this.command, report));
    if (code !== 0) throw new Error(`The last run of the import ended with ${String(code)}: ${stderr}`);
  }

  /** Stops what still runs. */
  async stop(): Promise<void> {
    await this.store.disconnect();
    await this.#stack?.stop();
  }

  async #start(): Promise<RunningStack> {
    this.#stack = await startStack({ env: this.store.env });
    return this.#stack;
  }

  async #killAt(victim: Victim, target: number, report: string): Promise<void> {
    const { store, seed, total } = this;
    const stack = this.#stack;
    if (stack === undefined) throw new Error('No stack runs.');
    const delay = this.#random.between(0, 300);
    const watcher = await store.connect('probity_events');
    const importing = store.startProbity(...importArguments(this.command, report));
    let hasEnded = false;
    void importing.ended.then(() => (hasEnded = true));
    const look = async (): Promise<number> => {
      const committed = await committedEvents(watcher);
      if (!hasEnded) return committed;
      throw new Error(`The import ended before ${victim} was killed: ${await wordsOf(importing)}`);
    };
    let committed = 0;
    while (committed < target) committed = await look();
    const reached = committed;
    // Waits within the block, and no longer than it: the kill must come before the last commit.
    const mayWait = (): boolean => committed === reached && committed < total * LAST_WAIT;
    for (let turn = 0; turn < delay && mayWait(); turn += 1) committed = await look();
    const rowsRead = await rowsReadBy(watcher);
    process.kill(store.pids().get(victim) ?? 0, 'SIGKILL');
    this.positions.push({ seed, victim, rowsRead, committed, committedAtRestart: 0, total, delay });
    await this.#recover(stack, victim, importing);
  }

  /** Waits until the supervisor has stopped everything, and starts it again on the same home. */
  async #recover(
    stack: RunningStack,
    victim: Victim,
    importing: ReturnType<Store['startProbity']>,
  ): Promise<void> {
    const { store } = this;
    const reason = await stack.failed;
    if (!reason.message.startsWith(`${victim} ended unasked (SIGKILL)`)) throw reason;
    const { code } = await importing.ended;
    if (code === 0) throw new Error(`The import said that it was done although ${victim} had been killed.`);
    const left = [...store.pids()].filter(([, pid]) => isAlive(pid));
    if (left.length > 0) throw new Error(`Still running: ${left.map(([name]) => name).join(', ')}`);
    await store.disconnect();
    await this.#start();
    const watcher = await store.connect('probity_events');
    const position = this.positions.at(-1);
    if (position !== undefined) position.committedAtRestart = await committedEvents(watcher);
    await watcher.end();
  }
}

async function rowsReadBy(client: Client): Promise<number> {
  const { rows } = await client.query<{ read: number | null }>(
    `SELECT max((progress->'rows'->>'read')::int) AS read FROM ingest.import_job WHERE state = 'running'`,
  );
  return rows[0]?.read ?? 0;
}

async function wordsOf(importing: ReturnType<Store['startProbity']>): Promise<string> {
  const { code, stderr } = await importing.ended;
  return `exit code ${String(code)}, ${stderr}`;
}
