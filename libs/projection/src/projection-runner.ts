import type pg from 'pg';
import type { WriterRegistry } from '@probity/events';
import type { CaseKey, CaseLeases, OpenCase } from './case-unsealing.js';
import { CheckpointStore } from './checkpoint-store.js';
import type { Checkpoint, ProjectedPartition } from './checkpoint-store.js';
import { EventReader } from './event-reader.js';
import type { LogBatch, ReadBatch, ReadEvent } from './event-reader.js';
import { fingerprintOf } from './fingerprint.js';
import { foldBatch } from './fold-batch.js';
import type { FoldContext, FoldedBatch } from './fold-batch.js';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';
import { CheckpointMoved, ProjectionFault } from './projection-fault.js';
import { RecordStore } from './record-store.js';
import type { RecordAdvance } from './record-store.js';
import { inTransaction, isRefusedData, withClient } from './transaction.js';

/** What a runner works with. */
export interface RunnerOptions<S extends RecordState> {
  readonly definition: ProjectionDefinition<S>;
  /** Pool of the read model's own database role. */
  readonly pool: pg.Pool;
  readonly writers: Pick<WriterRegistry, 'verify'>;
  readonly leases: CaseLeases;
  readonly open: OpenCase;
  readonly topicPrefix?: string;
  /** Waiting batches share a transaction up to this many records. Default 4000. */
  readonly maxRecordsPerTransaction?: number;
}

/** Counts since the process started. */
export interface RunnerStats {
  applied: number;
  duplicates: number;
  batches: number;
  transactions: number;
}

interface Job {
  readonly batch: LogBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MAX_RECORDS_PER_TRANSACTION = 4_000;

/**
 * Applies batches of verified events to one read model, each exactly once: the rows and the checkpoint change in one transaction, and
 * the checkpoint moves only from the offset at which the batch begins. Batches of several partitions that wait together share one
 * transaction, and fail apart.
 */
export class ProjectionRunner<S extends RecordState> {
  readonly stats: RunnerStats = { applied: 0, duplicates: 0, batches: 0, transactions: 0 };
  readonly #checkpoints: CheckpointStore;
  readonly #records: RecordStore;
  readonly #reader: EventReader;
  readonly #positions = new Map<string, bigint>();
  readonly #waiting: Job[] = [];
  #isWorking = false;

  constructor(private readonly options: RunnerOptions<S>) {
    const { definition } = options;
    this.#checkpoints = new CheckpointStore(
      definition.schema,
      definition.name,
      definition.version,
      fingerprintOf(definition),
    );
    this.#records = new RecordStore(definition.schema);
    this.#reader = new EventReader(
      options.writers,
      definition.handles,
      definition.ignores,
      options.topicPrefix,
    );
  }

  /**
   * Creates the checkpoints that are missing and reads all of them. `topic` is the broker's name.
   *
   * @param startAt where a partition without a checkpoint begins; by default at its first record.
   * @throws ProjectionChanged when the rows were made by another definition.
   */
  async start(
    partitions: readonly ProjectedPartition[],
    startAt = (_at: ProjectedPartition): bigint => 0n,
  ): Promise<void> {
    const logical = partitions.map(({ topic, partition }) => ({
      topic: this.#reader.logicalTopic(topic),
      partition,
    }));
    await inTransaction(this.options.pool, (client) => this.#checkpoints.ensure(client, logical, startAt));
    await this.load();
  }

  /** Reads the durable positions afresh. @throws ProjectionChanged */
  async load(): Promise<void> {
    for (const { topic, partition, nextOffset } of await this.checkpoints())
      this.#positions.set(`${topic}/${String(partition)}`, nextOffset);
  }

  /** Next offset of a partition, as last read or moved. `topic` is the broker's name. */
  position(topic: string, partition: number): bigint {
    const found = this.#positions.get(`${this.#reader.logicalTopic(topic)}/${String(partition)}`);
    if (found === undefined) throw new RangeError(`${topic}/${String(partition)} has no checkpoint`);
    return found;
  }

  /** The checkpoints as they stand in the database. */
  checkpoints(): Promise<Checkpoint[]> {
    return this.#checkpoints.load(this.options.pool);
  }

  /**
   * Applies one batch. Resolves when it has had its whole effect.
   *
   * @throws ProjectionFault when a record can never be applied; the records before it have been applied.
   * @throws CheckpointMoved when another process is ahead; the batch has had no effect.
   * Any other error is transient: the batch has had no effect, or its checkpoint has moved and says so.
   */
  process(batch: LogBatch): Promise<void> {
    if (batch.records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (!this.#isWorking) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) await this.#settle(this.#takeWaiting());
    this.#isWorking = false;
  }

  #takeWaiting(): Job[] {
    const limit = this.options.maxRecordsPerTransaction ?? MAX_RECORDS_PER_TRANSACTION;
    const jobs: Job[] = [];
    let records = 0;
    while (
      this.#waiting[0] &&
      (jobs.length === 0 || records + this.#waiting[0].batch.records.length <= limit)
    ) {
      const job = this.#waiting.shift();
      if (!job) break;
      jobs.push(job);
      records += job.batch.records.length;
    }
    return jobs;
  }

  /** Together if that works, each alone otherwise, so that one partition's trouble is not another's. */
  async #settle(jobs: Job[]): Promise<void> {
    try {
      const folded = await this.#apply(jobs.map((job) => job.batch));
      jobs.forEach((job, index) => {
        const fault = folded[index]?.fault;
        if (fault) job.reject(fault);
        else job.resolve();
      });
    } catch (error) {
      const [only] = jobs;
      if (jobs.length > 1) for (const job of jobs) await this.#settle([job]);
      else if (only && isRefusedData(error)) await this.#settleRecordByRecord(only);
      else only?.reject(error);
    }
  }

  /** The database refused rows of this batch: everything before the record that it refuses is applied, to name that record. */
  async #settleRecordByRecord(job: Job): Promise<void> {
    for (const record of job.batch.records) {
      const { topic, partition } = job.batch;
      try {
        const [folded] = await this.#apply([{ topic, partition, records: [record] }]);
        if (folded?.fault) return job.reject(folded.fault);
      } catch (error) {
        if (!isRefusedData(error)) return job.reject(error);
        const position = { topic: this.#reader.logicalTopic(topic), partition, offset: record.offset };
        return job.reject(
          new ProjectionFault(
            position,
            'CONSTRAINT',
            `the read model refuses the row: ${error.constraint ?? error.code ?? 'unnamed'}`,
          ),
        );
      }
    }
    job.resolve();
  }

  async #apply(batches: readonly LogBatch[]): Promise<FoldedBatch[]> {
    const read = batches.map((batch) => this.#reader.read(batch));
    const context = await this.#context(read.flatMap((batch) => batch.events));
    const folded = foldAll(read, context);
    await this.#commit(folded, context);
    return folded;
  }

  // Read outside the transaction: whoever changed these rows since has also moved the checkpoint, and then nothing is committed.
  async #context(events: readonly ReadEvent[]): Promise<FoldContext<S>> {
    const { definition, open, leases } = this.options;
    const ids = [...new Set(events.map((event) => event.recordId))];
    if (ids.length === 0)
      return {
        definition,
        open,
        progress: new Map(),
        states: new Map(),
        keys: new Map(),
        changed: new Set(),
      };
    const { progress, states } = await this.#known(ids);
    const isNew = ({ recordId, event }: ReadEvent): boolean =>
      event.header.streamversion > (progress.get(recordId)?.version ?? 0);
    const sealed = new Set(
      events.filter((item) => item.opensCase && isNew(item)).map((item) => item.recordId),
    );
    const keys = sealed.size > 0 ? await leases.leaseCase([...sealed]) : new Map<string, CaseKey>();
    return { definition, open, progress, states, keys, changed: new Set() };
  }

  #known(ids: readonly string[]): Promise<Pick<FoldContext<S>, 'progress' | 'states'>> {
    return withClient(this.options.pool, async (client) => {
      const progress = await this.#records.load(client, ids);
      return { progress, states: await this.options.definition.load(client, ids) };
    });
  }

  async #commit(folded: readonly FoldedBatch[], context: FoldContext<S>): Promise<void> {
    const moves = folded
      .filter((batch) => batch.next > batch.first)
      .map((batch) => ({ ...batch, from: batch.first, to: batch.next }));
    if (moves.length > 0) {
      await inTransaction(this.options.pool, async (client) => {
        const [stale] = await this.#checkpoints.move(client, moves);
        if (stale) throw new CheckpointMoved(stale.topic, stale.partition);
        await this.#write(client, context);
      });
    }
    this.stats.transactions += 1;
    for (const { topic, partition, next, applied, duplicates } of folded) {
      this.#positions.set(`${topic}/${String(partition)}`, next);
      this.stats.applied += applied;
      this.stats.duplicates += duplicates;
      this.stats.batches += 1;
    }
  }

  async #write(client: pg.ClientBase, context: FoldContext<S>): Promise<void> {
    const changed = [...context.changed].sort();
    if (changed.length === 0) return;
    const states = new Map<string, S>();
    const records = new Map<string, RecordAdvance>();
    for (const id of changed) {
      const state = context.states.get(id);
      const progress = context.progress.get(id);
      if (!state || !progress) throw new Error('a changed record has no state');
      states.set(id, state);
      records.set(id, { ...progress, lifecycle: state.lifecycle });
    }
    if (!(await this.#records.write(client, records)))
      throw new Error('a record is further than this round knew');
    await this.options.definition.write(client, states);
  }
}

/** Folds every batch, then overwrites the keys that were lent for it. */
function foldAll<S extends RecordState>(read: readonly ReadBatch[], context: FoldContext<S>): FoldedBatch[] {
  try {
    return read.map((batch) => foldBatch(batch, context));
  } finally {
    for (const { subkey } of context.keys.values()) subkey.fill(0);
  }
}
