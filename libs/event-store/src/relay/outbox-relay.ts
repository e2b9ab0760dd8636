import type { ClientConfig } from 'pg';
import { LockSession } from './lock-session.js';
import type { Lane } from './outbox.js';
import { markPublished, nextOutboxEntries, waitingPartitions } from './outbox.js';
import type { RelayLog, RelayTopic } from './relay-port.js';
import { LaneFault, checkTail } from './tail-check.js';

/** How a relay works. Times are real milliseconds, not domain time. */
export interface RelayOptions {
  readonly database: ClientConfig;
  readonly topics: readonly RelayTopic[];
  /** Records a send; 500 when absent. */
  readonly batchSize?: number;
  /** Lanes that send side by side; 8 when absent. */
  readonly lanes?: number;
  /** How long a send of a predecessor may still be under way; 5000 when absent. */
  readonly sendTimeout?: number;
  /** Tells the operator in words; never gets an event's content. */
  readonly report?: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** What readiness and metrics need to know of a relay. */
export interface RelayStatus {
  /** `stopped` before start and after stop; `connecting` while it has no lock session. */
  readonly state: 'stopped' | 'connecting' | 'serving';
  /** Topics whose lock this relay holds. */
  readonly held: number;
  /** Lanes that wait for a person, with the reason. */
  readonly faults: ReadonlyMap<string, string>;
  /** Events sent since start. */
  readonly sent: number;
  /** Events that were in the topic already when they were to be sent. */
  readonly retriedSends: number;
}

const POLL = 250;
const RECONNECT = 500;
const LOCK_RETRY = 1000;

/**
 * Publishes the outbox, in order, once (docs/explanation/architecture.md): an advisory lock a topic, the idempotent producer behind the log,
 * and a tail check after every doubtful moment. A duplicate stays possible after a zombie; readers drop it.
 */
export class OutboxRelay {
  readonly #topics: Map<string, RelayTopic>;
  readonly #faults = new Map<string, string>();
  readonly #held = new Set<string>();
  readonly #doubtful = new Set<string>();
  #state: RelayStatus['state'] = 'stopped';
  #sent = 0;
  #retriedSends = 0;
  #isStopping = false;
  #session: LockSession | undefined;
  #run: Promise<void> | undefined;
  #lastLockTry = 0;

  constructor(private readonly options: RelayOptions) {
    this.#topics = new Map(options.topics.map((topic) => [topic.topic, topic]));
  }

  /** Begin to serve; returns at once. A person has looked at what was at fault before. */
  start(): void {
    this.#isStopping = false;
    this.#faults.clear();
    this.#run ??= this.#serveUntilStopped();
  }

  /** Finish what is being sent, give the locks back, and stop. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#session?.wake();
    await this.#run;
    this.#run = undefined;
  }

  /** A snapshot for readiness and metrics. */
  status(): RelayStatus {
    return {
      state: this.#state,
      held: this.#held.size,
      faults: this.#faults,
      sent: this.#sent,
      retriedSends: this.#retriedSends,
    };
  }

  async #serveUntilStopped(): Promise<void> {
    while (!this.#isStopping) {
      this.#state = 'connecting';
      try {
        await this.#serveSession();
      } catch (error) {
        this.#report('warn', `the relay lost its lock session and starts again: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, RECONNECT));
      }
    }
    this.#state = 'stopped';
  }

  async #serveSession(): Promise<void> {
    const session = await LockSession.open(this.options.database);
    this.#session = session;
    this.#held.clear();
    this.#lastLockTry = 0;
    try {
      this.#state = 'serving';
      while (!this.#isStopping) {
        await this.#takeLocks(session);
        const isIdle = !(await Promise.race([this.#sendWaiting(session), session.lost]));
        if (isIdle && !this.#stopRequested()) await session.sleep(POLL);
      }
      await this.#release(session);
    } finally {
      this.#held.clear();
      this.#session = undefined;
      await session.close();
    }
  }

  // A method, so that the compiler does not narrow a flag that another call sets while we wait.
  #stopRequested(): boolean {
    return this.#isStopping;
  }

  async #takeLocks(session: LockSession): Promise<void> {
    const missing = [...this.#topics.keys()].filter((topic) => !this.#held.has(topic));
    if (missing.length === 0 || performance.now() - this.#lastLockTry < LOCK_RETRY) return;
    const taken = await session.tryLock(missing);
    this.#lastLockTry = performance.now();
    if (taken.length === 0) return;
    await this.#waitOutPredecessor(session, taken);
    for (const topic of taken) {
      this.#held.add(topic);
      const partitions = this.#topics.get(topic)?.partitions ?? 1;
      for (let partition = 0; partition < partitions; partition += 1)
        this.#doubtful.add(laneName({ topic, partition }));
    }
    await session.query(
      `INSERT INTO events.published (topic, partition, is_released) SELECT t, 0, false FROM unnest($1::text[]) AS t
       ON CONFLICT (topic, partition) DO UPDATE SET is_released = false`,
      [taken],
    );
  }

  /** A relay that died may have a send under way: its record must be in the topic before the tail is read. */
  async #waitOutPredecessor(session: LockSession, topics: readonly string[]): Promise<void> {
    const { rows } = await session.query(
      'SELECT 1 FROM events.published WHERE topic = ANY ($1) AND NOT is_released LIMIT 1',
      [topics],
    );
    if (rows.length === 0) return;
    const until = performance.now() + (this.options.sendTimeout ?? 5000);
    while (!this.#isStopping && performance.now() < until) await session.sleep(until - performance.now());
  }

  async #release(session: LockSession): Promise<void> {
    if (this.#doubtful.size > 0) return;
    await session.query('UPDATE events.published SET is_released = true WHERE topic = ANY ($1)', [
      [...this.#held],
    ]);
  }

  /** Sends what waits; tells whether anything did. */
  async #sendWaiting(session: LockSession): Promise<boolean> {
    const unchecked = this.#lanesOfHeldTopics().filter((lane) => this.#doubtful.has(laneName(lane)));
    const waiting = await waitingPartitions(session);
    const byName = new Map([...unchecked, ...waiting].map((lane) => [laneName(lane), lane]));
    const lanes = [...byName.values()].filter(
      (lane) => this.#held.has(lane.topic) && !this.#faults.has(laneName(lane)),
    );
    let didSend = false;
    const worker = async (): Promise<void> => {
      for (let lane = lanes.shift(); lane && !this.#isStopping; lane = lanes.shift()) {
        if (await this.#serveLane(session, lane)) didSend = true;
      }
    };
    await Promise.all(Array.from({ length: this.options.lanes ?? 8 }, worker));
    return didSend;
  }

  #lanesOfHeldTopics(): Lane[] {
    const lanes: Lane[] = [];
    for (const { topic, partitions } of this.#topics.values()) {
      if (!this.#held.has(topic)) continue;
      for (let partition = 0; partition < partitions; partition += 1) lanes.push({ topic, partition });
    }
    return lanes;
  }

  async #serveLane(session: LockSession, lane: Lane): Promise<boolean> {
    const { log } = this.#topics.get(lane.topic) as RelayTopic;
    try {
      if (this.#doubtful.has(laneName(lane))) {
        await checkTail(session, log, lane);
        this.#doubtful.delete(laneName(lane));
      }
      return await this.#drain(session, log, lane);
    } catch (error) {
      this.#laneFailed(lane, error);
      return false;
    }
  }

  /** The next batch is read and the last one marked while one is on its way: a send is the slowest part. */
  async #drain(session: LockSession, log: RelayLog, lane: Lane): Promise<boolean> {
    const batchSize = this.options.batchSize ?? 500;
    let entries = await nextOutboxEntries(session, lane, batchSize);
    let marked: Promise<void> = Promise.resolve();
    const didSend = entries.length > 0;
    while (entries.length > 0) {
      const positions = entries.map((entry) => entry.position);
      // A batch that is not full was the rest; what has come since wakes the relay for its next turn.
      const isRest = entries.length < batchSize;
      const upcoming =
        this.#isStopping || isRest
          ? Promise.resolve([])
          : nextOutboxEntries(session, lane, batchSize, positions);
      upcoming.catch(() => undefined);
      const records = entries.map((entry) => entry.record);
      const { baseOffset } = await log.send(lane.topic, lane.partition, records);
      this.#sent += entries.length;
      await marked;
      marked = markPublished(session, lane, positions, baseOffset);
      marked.catch(() => undefined);
      entries = await upcoming;
    }
    await marked;
    return didSend;
  }

  #laneFailed(lane: Lane, error: unknown): void {
    // What was sent may or may not have arrived: look before sending again.
    this.#doubtful.add(laneName(lane));
    if (error instanceof LaneFault) {
      this.#faults.set(laneName(lane), error.message);
      this.#report('error', `the relay of ${lane.topic} stands still: ${error.message}`);
      return;
    }
    this.#retriedSends += 1;
    this.#report('warn', `the relay of ${lane.topic} tries again: ${(error as Error).message}`);
  }

  #report(level: 'info' | 'warn' | 'error', message: string): void {
    this.options.report?.(level, message);
  }
}

function laneName(lane: Lane): string {
  return `${lane.topic}/${String(lane.partition)}`;
}
