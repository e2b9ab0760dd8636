import type { Pool } from 'pg';
import type { BoroughCode, OperatingModel } from '@probity/domain';
import { londonDateOf, parseBoroughCode, isRefusal } from '@probity/domain';
import type { SqlClient, StreamRead } from '@probity/event-store';
import type { BatchSigner } from '@probity/events';
import type { UuidV7Source, DomainClock } from '@probity/platform';
import type { VaultClient } from '@probity/sealing';
import { zeroise } from '@probity/sealing';
import type { GovernanceClient } from '../clients/governance.client.js';
import { GroupBook } from '../groups/group-book.js';
import { GroupsImport } from '../groups/groups-import.js';
import type { IngestConfig } from '../ingest.config.js';
import type { Dialect } from '../reading/dialect.js';
import type { FileProblem } from '../reading/file-problem.js';
import { isFileProblem } from '../reading/file-problem.js';
import { readGroups } from '../reading/groups-file.js';
import type { ListItem, OpenedList } from '../reading/legacy-file.js';
import { openList } from '../reading/legacy-file.js';
import { problemRowsHead } from '../reading/problem-rows.js';
import { EventFactory } from '../sealing/event-factory.js';
import type { BlockTarget } from './block-writer.js';
import { BlockWriter, inTransaction } from './block-writer.js';
import type { ImportJob } from './import-job.js';
import type { ImportJobRepository } from './import-job.repository.js';
import { alreadyRead, ImportStopped, INTERRUPTED, unreadableFile } from './import-problems.js';
import { ImportTally } from './import-tally.js';
import { ImportTurn } from './import-turn.js';
import { KeyPool } from './key-pool.js';
import { OutcomeLog } from './outcome-log.js';
import { RowBlock } from './row-block.js';
import { RowDecider } from './row-decider.js';
import { RowHasher, scopeOf } from './row-key.js';
import type { ImportKey } from './sealed-lines.js';
import type { SealedSpool } from './sealed-spool.js';
import type { SeenRowsRepository } from './seen-rows.repository.js';
import { WriteLane } from './write-lane.js';

type Row = Extract<ListItem, { kind: 'row' }>;

/** What an import works with. */
export interface RunnerParts {
  readonly config: IngestConfig;
  readonly clock: DomainClock;
  readonly ids: UuidV7Source;
  readonly pool: Pool;
  readonly jobs: ImportJobRepository;
  readonly seenRows: SeenRowsRepository;
  readonly spool: SealedSpool;
  readonly vault: VaultClient;
  readonly governance: GovernanceClient;
  readonly model: OperatingModel;
  readonly dialects: readonly Dialect[];
  readonly signerOf: (borough: string) => BatchSigner;
}

interface Run {
  readonly job: ImportJob;
  readonly turn: ImportTurn;
  readonly borough: BoroughCode;
  readonly key: ImportKey;
  readonly hasher: RowHasher;
  readonly factory: EventFactory;
  readonly signer: BatchSigner;
  readonly windowReads: readonly StreamRead[];
  readonly tally: ImportTally;
  readonly outcomes: OutcomeLog;
}

/** Runs one import: groups, then rows in blocks, then the window is closed. Memory is two blocks. */
export class ImportRunner {
  #isStopping = false;

  constructor(private readonly parts: RunnerParts) {}

  /** Let running imports end at their next block. */
  stop(): void {
    this.#isStopping = true;
  }

  /** @throws ImportStopped with what the uploader can do; anything else is a fault. */
  async run(job: ImportJob, key: ImportKey): Promise<void> {
    const turn = await ImportTurn.take(this.parts.pool, job.borough, () => this.#isStopping);
    if (turn === null) throw new ImportStopped(INTERRUPTED);
    try {
      await this.#assertUnread(job);
      const run = await this.#prepare(job, key, turn);
      const book = await this.#takeGroups(run);
      await this.#takeRows(run, book);
      await run.outcomes.flush();
      await this.#finish(run);
    } finally {
      turn.release();
    }
  }

  /** Say that an import has ended which broke off when only that was left to do. */
  async end(job: ImportJob): Promise<void> {
    await inTransaction(this.parts.pool, (client) => this.#end(client, job));
  }

  async #end(client: SqlClient, job: ImportJob): Promise<void> {
    await this.parts.seenRows.forget(scopeOf(job), client);
    await this.parts.jobs.complete(client, job.id);
  }

  /** While a job waited for its turn, another may have read the same file to its end; then every row would seem repeated. */
  async #assertUnread({ windowId }: ImportJob): Promise<void> {
    if (windowId === null) return;
    const { state } = await this.parts.governance.window(windowId);
    if (state === 'closed') throw alreadyRead(null);
  }

  async #prepare(job: ImportJob, key: ImportKey, turn: ImportTurn): Promise<Run> {
    const borough = parseBoroughCode(job.borough);
    if (isRefusal(borough)) throw new Error('a job has a borough that is none');
    const indexKey = await this.parts.vault.indexKey(borough);
    const { clock, ids, model } = this.parts;
    const factory = new EventFactory({
      actor: job.uploader,
      actorkind: 'human',
      purpose: 'MIGRATION',
      policyVersion: model.policyVersion,
      now: () => clock.now(),
      decidedAt: job.asAt,
      nextId: (at) => ids.next(at),
    });
    return {
      job,
      turn,
      borough,
      key,
      hasher: new RowHasher(borough, indexKey),
      factory,
      signer: this.parts.signerOf(borough),
      // Version 1 of a window is its opening: once it is closed, nothing can be appended any more.
      windowReads: job.windowId === null ? [] : [{ stream: `windows/${job.windowId}`, version: 1 }],
      tally: new ImportTally(this.parts.jobs, job),
      outcomes: new OutcomeLog(this.parts.jobs, key),
    };
  }

  async #takeGroups(run: Run): Promise<GroupBook> {
    const { pool, vault, spool, model } = this.parts;
    const load = (): Promise<GroupBook> => GroupBook.load(pool, vault, run.borough, run.hasher);
    const book = await load();
    if (run.job.groupsHash === null) return book;
    const file = await readGroups(spool.read(run.key, 'groups'), londonDateOf(run.job.asAt));
    if (isFileProblem(file)) throw new ImportStopped(unreadableFile(file, 'groups file'));
    const own = file.groups.filter((group) => group.borough === run.borough);
    const context = {
      ...run,
      asAt: run.job.asAt,
      actor: run.job.uploader,
      model,
      book,
      reads: run.windowReads,
    };
    const outcome = await new GroupsImport(pool, vault).run(own, context, run.job.isDryRun);
    const unreadable = file.problems.map(({ line, code }) => ({ line: line ?? 0, code }));
    await run.tally.groups({ ...outcome, problems: [...unreadable, ...outcome.problems] });
    return run.job.isDryRun ? book.withPlanned(own) : load();
  }

  async #takeRows(run: Run, book: GroupBook): Promise<void> {
    const told = run.job.adapter?.how === 'told' ? run.job.adapter.name : null;
    const list = await openList(this.parts.spool.read(run.key, 'file'), {
      dialects: this.parts.dialects,
      told,
    });
    if (isFileProblem(list)) throw new ImportStopped(unreadableFile(list, 'list'));
    await this.parts.jobs.change(run.job.id, { adapter: { name: list.dialect.name, how: list.how } });
    await run.outcomes.add([headOfProblemRows(list)]);
    const keys = new KeyPool(this.parts.vault, run.borough);
    const decider = new RowDecider({
      borough: run.borough,
      asAt: run.job.asAt,
      isWindowOpen: run.job.windowId !== null || run.job.isDryRun,
      model: this.parts.model,
      groupOf: (name) => book.factsOf(name),
      keys,
      nextId: () => this.parts.ids.next(run.job.asAt),
    });
    try {
      await this.#takeBlocks(run, list, new RowBlock(run, list, decider, keys, this.parts.seenRows), [
        ...run.windowReads,
        ...book.reads(),
      ]);
    } finally {
      keys.clear();
    }
  }

  async #takeBlocks(
    run: Run,
    list: OpenedList,
    block: RowBlock,
    reads: readonly StreamRead[],
  ): Promise<void> {
    const writer = new BlockWriter(this.parts.pool, this.parts.seenRows, run.factory);
    const { borough, signer, job } = run;
    const target: BlockTarget = { borough, scope: scopeOf(job), isDryRun: job.isDryRun, signer, reads };
    const lane = new WriteLane();
    const settle = async (rows: Row[]): Promise<void> => {
      this.#assertGoing(run);
      const decided = await block.decide(rows);
      const sealed = writer.seal(decided, target);
      const { bytes } = list.progress;
      await lane.free();
      this.#assertGoing(run);
      lane.begin(async () => {
        await writer.write(sealed, target);
        await run.outcomes.add(decided);
        await run.tally.rows(decided, rows, bytes);
      });
    };
    try {
      const problem = await this.#eachBlock(run, list, settle);
      await lane.free();
      if (problem !== null) throw new ImportStopped(unreadableFile(problem, 'list'));
    } finally {
      // The turn is given back afterwards: nobody else may begin while a block is on its way.
      await lane.ended();
    }
  }

  async #eachBlock(
    run: Run,
    list: OpenedList,
    settle: (rows: Row[]) => Promise<void>,
  ): Promise<FileProblem | null> {
    let held: Row[] = [];
    let problem: FileProblem | null = null;
    const context = { asOf: londonDateOf(run.job.asAt), rules: this.parts.model };
    for await (const item of list.rows(context)) {
      if (item.kind === 'problem') {
        problem = item.problem;
        break;
      }
      held.push(item);
      if (held.length < this.parts.config.blockRows) continue;
      await settle(held);
      held = [];
    }
    if (held.length > 0) await settle(held);
    return problem;
  }

  #assertGoing(run: Run): void {
    if (this.#isStopping || run.turn.isLost) throw new ImportStopped(INTERRUPTED);
  }

  async #finish(run: Run): Promise<void> {
    const { job, tally, turn } = run;
    const { governance, jobs } = this.parts;
    // From here on the report is whole: whatever happens to the rest, the next run finds it.
    await jobs.markWhole(job.id);
    if (job.windowId !== null) await governance.close(job.windowId, tally.rowsRead);
    await turn.inTransaction((client) => this.#end(client, job));
    zeroise(run.key.subkey);
  }
}

function headOfProblemRows(list: OpenedList): {
  outcome: { line: 0 } & ReturnType<typeof noRow>;
  problemRow: string;
} {
  return {
    outcome: { ...noRow(), line: 0 },
    problemRow: problemRowsHead(list.dialect, list.header).toString('base64'),
  };
}

function noRow(): { localRef: null; status: 'PROBLEM'; codes: readonly string[]; role: null; band: null } {
  return { localRef: null, status: 'PROBLEM', codes: [], role: null, band: null };
}
