import type pg from 'pg';
import type { WriterRegistry } from '@probity/events';
import { CheckpointStore, ownerOf } from './checkpoint-store.js';
import type { Checkpoint, CheckpointMove, ProjectedPartition } from './checkpoint-store.js';
import { EventReader } from './event-reader.js';
import type { LogBatch, ReadBatch } from './event-reader.js';
import { foldBatch } from './fold-batch.js';
import type { FoldContext, FoldedBatch } from './fold-batch.js';
import { keyOf, nameOf } from './parked-event.js';
import type { ParkedEvent } from './parked-event.js';
import { ParkedActs } from './parked-acts.js';
import { ParkedStore } from './parked-store.js';
import type { RecordState } from './projection-definition.js';
import { CheckpointMoved, ParkingChanged } from './projection-fault.js';
import { ReadModel, withKeysErased } from './read-model.js';
import type { ReadModelOptions } from './read-model.js';
import { inTransaction, isRefusedData, refusalOf } from './transaction.js';

/** What a runner works with. */
export interface RunnerOptions<S extends RecordState> extends ReadModelOptions<S> {
  /** Which generation of the read model the definition's schema holds. Default 1: it has never been rebuilt. */
  readonly generation?: number;
  readonly writers: Pick<WriterRegistry, 'verify'>;
  readonly topicPrefix?: string;
  /** Domain time, RFC 3339 UTC: when something was parked. */
  readonly now: () => string;
  /** Told of what has been parked, after the fact. */
  readonly onParked?: (events: readonly ParkedEvent[]) => void;
  /** Waiting batches share a transaction up to this many records. Default 4000. */
  readonly maxRecordsPerTransaction?: number;
}

/** Counts since the process started. */
export interface RunnerStats {
  applied: number;
  duplicates: number;
  /** Events that wait, or wait behind one that does. */
  parked: number;
  /** Positions that were not proved, or are a second history of a record. */
  rejected: number;
  batches: number;
  transactions: number;
}

interface Job {
  readonly batch: LogBatch;
  readonly read: ReadBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MAX_RECORDS_PER_TRANSACTION = 4_000;

/**
 * Applies batches of verified events to one read model, each exactly once: the rows and the checkpoint change in one transaction, and
 * the checkpoint moves only from the offset at which the batch begins. Batches of several partitions that wait together share one
 * transaction, and fail apart.
 *
 * An event that can never be applied stops nobody but its own record: its position is parked in the transaction that moves the
 * checkpoint past it, and every later event of the record behind it, in order. See `Parking` for the way back.
 */
export class ProjectionRunner<S extends RecordState> {
  readonly stats: RunnerStats = {
    applied: 0,
    duplicates: 0,
    parked: 0,
    rejected: 0,
    batches: 0,
    transactions: 0,
  };
  readonly #checkpoints: CheckpointStore;
  readonly #readModel: ReadModel<S>;
  readonly #parked: ParkedStore;
  readonly #reader: EventReader;
  readonly #positions = new Map<string, bigint>();
  readonly #waiting: Job[] = [];
  #isWorking = false;

  constructor(private readonly options: RunnerOptions<S>) {
    const { definition, generation = 1 } = options;
    this.#checkpoints = new CheckpointStore(ownerOf(definition, generation));
    this.#readModel = new ReadModel(options);
    this.#parked = new ParkedStore(definition.schema, new ParkedActs(definition.name, generation));
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
   * @throws ProjectionChanged when the rows were made by another definition, GenerationSwitched when by another generation.
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

  /** Reads the durable positions afresh. @throws ProjectionChanged, GenerationSwitched */
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
   * Applies one batch. Resolves when every record of it has been applied or parked. Batches of one partition may be handed over one
   * behind the other: each is decoded at once, while the database works on those before it.
   *
   * @throws CheckpointMoved when another process is ahead; the batch has had no effect.
   * Any other error is transient: the batch has had no effect, or its checkpoint has moved and says so.
   */
  process(batch: LogBatch): Promise<void> {
    if (batch.records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, read: this.#reader.read(batch), resolve, reject });
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
      await this.#apply(jobs.map((job) => job.read));
      for (const job of jobs) job.resolve();
    } catch (error) {
      const [only] = jobs;
      if (jobs.length > 1) for (const job of jobs) await this.#settle([job]);
      else if (only && isRefusedData(error))
        await this.#narrow(only.batch, error).then(only.resolve, only.reject);
      else only?.reject(error);
    }
  }

  /** The database refused rows of this batch: halves of it are applied until the record stands alone that is to be parked. */
  async #narrow(batch: LogBatch, refusal: pg.DatabaseError): Promise<void> {
    const { topic, partition, records } = batch;
    const [first, second] = records;
    if (first && !second) {
      const name = nameOf({ topic: this.#reader.logicalTopic(topic), partition, offset: first.offset });
      return this.#apply([this.#reader.read(batch)], new Map([[name, refusalOf(refusal)]]));
    }
    const middle = records.length >> 1;
    for (const half of [records.slice(0, middle), records.slice(middle)]) {
      const part = { topic, partition, records: half };
      try {
        await this.#apply([this.#reader.read(part)]);
      } catch (error) {
        if (!isRefusedData(error)) throw error;
        await this.#narrow(part, error);
      }
    }
  }

  async #apply(read: readonly ReadBatch[], refusals: FoldContext<S>['refusals'] = new Map()): Promise<void> {
    const items = read.flatMap((batch) => batch.items);
    const ids = [...new Set(items.flatMap(({ recordId }) => recordId ?? []))];
    for (let isSettled = false; !isSettled;) {
      const waiting = await this.#parked.waiting(this.options.pool, ids);
      const context = await this.#readModel.context(items, new Set(waiting), refusals);
      const folded = withKeysErased(context, () => read.map((batch) => foldBatch(batch, context)));
      isSettled = await this.#commit(folded, context, waiting).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ParkingChanged) return false;
          throw error;
        },
      );
    }
  }

  async #commit(
    folded: readonly FoldedBatch[],
    context: FoldContext<S>,
    waiting: ReadonlySet<string>,
  ): Promise<void> {
    const moves = movesOf(folded);
    const parked = folded.flatMap((batch) => batch.parked);
    await inTransaction(this.options.pool, async (client) => {
      const [stale] = await this.#checkpoints.move(client, moves);
      if (stale) throw new CheckpointMoved(stale.topic, stale.partition);
      await this.#assertUnchanged(client, parked, context, waiting);
      await this.#parked.add(client, parked, this.options.now());
      await this.#readModel.write(client, context);
    });
    this.#count(folded);
    if (parked.length > 0) this.options.onParked?.(parked);
  }

  /**
   * Whoever takes events back holds the checkpoint's row meanwhile. An event may only park behind what is still parked now, and its
   * record must still be where it was when the event was judged.
   */
  async #assertUnchanged(
    client: pg.ClientBase,
    parked: readonly ParkedEvent[],
    context: FoldContext<S>,
    waiting: ReadonlySet<string>,
  ): Promise<void> {
    const events = parked.flatMap(({ kind, recordId, position }) =>
      kind === 'REJECTED' || recordId === null ? [] : { recordId, key: keyOf(position.topic, recordId) },
    );
    const ids = [...new Set(events.map(({ recordId }) => recordId))];
    const [now, progress] = [
      await this.#parked.waiting(client, ids),
      await this.#readModel.progress(client, ids),
    ];
    for (const { recordId, key } of events) {
      const isHere = progress.get(recordId)?.version === context.progress.get(recordId)?.version;
      if ((waiting.has(key) && !now.has(key)) || (!isHere && !context.changed.has(recordId)))
        throw new ParkingChanged();
    }
  }

  #count(folded: readonly FoldedBatch[]): void {
    this.stats.transactions += 1;
    for (const { topic, partition, next, applied, duplicates, parked } of folded) {
      this.#positions.set(`${topic}/${String(partition)}`, next);
      const rejected = parked.filter(({ kind }) => kind === 'REJECTED').length;
      this.stats.applied += applied;
      this.stats.duplicates += duplicates;
      this.stats.rejected += rejected;
      this.stats.parked += parked.length - rejected;
      this.stats.batches += 1;
    }
  }
}

/** One move a partition: batches that follow one another move its checkpoint together. */
function movesOf(folded: readonly FoldedBatch[]): CheckpointMove[] {
  const moves = new Map<string, CheckpointMove>();
  for (const { topic, partition, first, next, applied, duplicates, lastEventTime } of folded) {
    const place = `${topic}/${String(partition)}`;
    const before = moves.get(place);
    // Handed over behind one that failed, or twice.
    if (before && before.to !== first) throw new CheckpointMoved(topic, partition);
    moves.set(place, {
      topic,
      partition,
      from: before?.from ?? first,
      to: next,
      applied: (before?.applied ?? 0) + applied,
      duplicates: (before?.duplicates ?? 0) + duplicates,
      lastEventTime: lastEventTime ?? before?.lastEventTime ?? null,
    });
  }
  return [...moves.values()];
}
