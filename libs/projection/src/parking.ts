import type pg from 'pg';
import { CheckpointStore, ownerOf } from './checkpoint-store.js';
import { EventReader, isEvent } from './event-reader.js';
import type { ReadItem } from './event-reader.js';
import { standingOf } from './fold-batch.js';
import { ParkedActs } from './parked-acts.js';
import type { ActedBy } from './parked-acts.js';
import { ParkedReader } from './parked-reader.js';
import type { ParkedLog } from './parked-reader.js';
import { ParkedStore } from './parked-store.js';
import type { ParkedKey, ParkedRow } from './parked-store.js';
import type { RecordState } from './projection-definition.js';
import { DiscardRefused, GenerationSwitched } from './projection-fault.js';
import type { DiscardRefusal, FaultCode, LogPosition } from './projection-fault.js';
import type { RunnerOptions } from './projection-runner.js';
import { ReadModel } from './read-model.js';
import { Redrive } from './redrive.js';
import type { Redriven } from './redrive.js';
import { inTransaction } from './transaction.js';

/** What parking works with: what the generation's runner works with, and the log. */
export interface ParkingOptions<S extends RecordState> extends Pick<
  RunnerOptions<S>,
  'definition' | 'pool' | 'leases' | 'open' | 'writers' | 'topicPrefix'
> {
  readonly generation: number;
  readonly log: ParkedLog;
}

/** Rejected for what it is. A type that is not known may become known. */
const WITHOUT_EFFECT: readonly FaultCode[] = ['FORMAT', 'SIGNATURE', 'STREAM', 'CONFLICT'];

/**
 * The way back of what a runner has parked: events are read again from the log, in order, and go through the same reading, opening,
 * upcasting and folding as any other. Whoever acts holds the row of the partition's checkpoint, so nothing overtakes them.
 */
export class Parking<S extends RecordState> {
  readonly store: ParkedStore;
  readonly acts: ParkedActs;
  readonly #checkpoints: CheckpointStore;
  readonly #readModel: ReadModel<S>;
  readonly #reader: ParkedReader;
  readonly #redrive: Redrive<S>;

  constructor(private readonly options: ParkingOptions<S>) {
    const { definition, pool, writers, topicPrefix, generation, log } = options;
    this.acts = new ParkedActs(definition.name, generation);
    this.store = new ParkedStore(definition.schema, this.acts);
    this.#checkpoints = new CheckpointStore(ownerOf(definition, generation));
    this.#readModel = new ReadModel(options);
    const events = new EventReader(writers, definition.handles, definition.ignores, topicPrefix);
    this.#reader = new ParkedReader(events, log);
    this.#redrive = new Redrive({
      pool,
      projection: definition.name,
      store: this.store,
      acts: this.acts,
      checkpoints: this.#checkpoints,
      readModel: this.#readModel,
      reader: this.#reader,
    });
  }

  /**
   * Applies the parked events of a key in the order of their versions, up to the first that still cannot be applied, and says why.
   * Once, however often it is asked for. Rejected positions that claim the key are judged again too.
   *
   * @throws GenerationSwitched when another generation or definition stands here now; any other error is transient. Without effect.
   */
  redrive(key: ParkedKey, by: ActedBy): Promise<Redriven> {
    return this.#redrive.run(key, by);
  }

  /**
   * Forgets a rejected position. What is a proved event of its record has an effect, which nobody may drop. A refusal is recorded
   * like the act.
   *
   * @throws DiscardRefused, and GenerationSwitched as {@link redrive}
   */
  async discard(at: LogPosition, by: ActedBy): Promise<ParkedRow> {
    const known = await this.store.at(this.options.pool, at);
    if (!known) throw new DiscardRefused('NOT_PARKED', at);
    const [item] = await this.#reader.read([known]);
    const { row, refusal } = await inTransaction(this.options.pool, async (client) => {
      if (!(await this.#checkpoints.count(client, at, { applied: 0, duplicates: 0 })))
        throw new GenerationSwitched(this.options.definition.name);
      const found = await this.store.at(client, at);
      if (!found) throw new DiscardRefused('NOT_PARKED', at);
      const why = await this.#refusalOf(client, found, item);
      if (why === null) await this.store.remove(client, [at]);
      const { recordId, code } = found;
      const outcome = why === null ? ('DONE' as const) : ('REFUSED' as const);
      const told = { recordId, position: at, outcome, code, applied: 0, duplicates: 0 };
      await this.acts.record(client, { ...by, act: 'DISCARD', ...told });
      return { row: found, refusal: why };
    });
    if (refusal !== null) throw new DiscardRefused(refusal, at);
    return row;
  }

  /** @param item what lies at the position now; undefined when the projection ignores it */
  async #refusalOf(
    client: pg.ClientBase,
    row: ParkedRow,
    item: ReadItem | undefined,
  ): Promise<DiscardRefusal | null> {
    if (row.kind !== 'REJECTED' || !WITHOUT_EFFECT.includes(row.code)) return 'HAS_EFFECT';
    if (row.recordId === null) return null;
    if (item && isEvent(item)) {
      const known = (await this.#readModel.progress(client, [row.recordId])).get(row.recordId);
      return ['fresh', 'gap'].includes(standingOf(item, known)) ? 'HAS_EFFECT' : null;
    }
    const { topic, partition } = row.position;
    const isMissed = await this.store.isMissing(client, { topic, partition, recordId: row.recordId });
    return isMissed ? 'MAY_BE_MISSING' : null;
  }
}
