import type pg from 'pg';
import type { CheckpointStore } from './checkpoint-store.js';
import type { ReadItem } from './event-reader.js';
import { foldItems } from './fold-batch.js';
import type { FoldContext, Folded } from './fold-batch.js';
import { nameOf } from './parked-event.js';
import type { ActedBy, ParkedAct, ParkedActs } from './parked-acts.js';
import type { ParkedReader } from './parked-reader.js';
import type { ParkedKey, ParkedRow, ParkedStore } from './parked-store.js';
import type { RecordState } from './projection-definition.js';
import { GenerationSwitched, ParkingChanged } from './projection-fault.js';
import { withKeysErased } from './read-model.js';
import type { ReadModel } from './read-model.js';
import { inTransaction, isRefusedData, refusalOf } from './transaction.js';

/** What became of the parked events of a key. */
export type Redriven = Pick<ParkedAct, 'outcome' | 'position' | 'code' | 'applied' | 'duplicates'> & {
  /** Why it stopped, in a sentence without personal data; null when it did not. */
  readonly reason: string | null;
  /** Events of the key that still wait. When it did not stop, the next redrive goes on with them. */
  readonly left: number;
};

/** What a redrive works with. */
export interface RedriveParts<S extends RecordState> {
  readonly pool: pg.Pool;
  readonly projection: string;
  readonly store: ParkedStore;
  readonly acts: ParkedActs;
  readonly checkpoints: CheckpointStore;
  readonly readModel: ReadModel<S>;
  readonly reader: ParkedReader;
}

/** The parked events of a key, as they were read before anything was locked. */
interface Found {
  readonly key: ParkedKey;
  readonly rows: readonly ParkedRow[];
  readonly items: readonly ReadItem[];
}

type Refusals<S extends RecordState> = FoldContext<S>['refusals'];

/** Events of a key that are taken back in one transaction, at most. */
const MOST = 1_000;
const NOTHING: Redriven = { outcome: 'DONE', position: null, code: null, applied: 0, duplicates: 0, reason: null, left: 0 }; // prettier-ignore

/** One way back for the events of a key: see `Parking.redrive`. */
export class Redrive<S extends RecordState> {
  constructor(private readonly parts: RedriveParts<S>) {}

  async run(key: ParkedKey, by: ActedBy): Promise<Redriven> {
    for (;;) {
      const rows = await this.parts.store.ofKey(this.parts.pool, key, MOST);
      if (rows.length === 0) return this.#nothing(key, by);
      const found = { key, rows, items: await this.parts.reader.read(rows) };
      try {
        return await this.#settle(found, by);
      } catch (error) {
        // Somebody else has taken some back, or more was parked meanwhile: it is read again.
        if (!(error instanceof ParkingChanged)) throw error;
      }
    }
  }

  async #nothing({ recordId }: ParkedKey, by: ActedBy): Promise<Redriven> {
    const { reason: _reason, left: _left, ...outcome } = NOTHING;
    await this.parts.acts.record(this.parts.pool, { ...by, act: 'REDRIVE', recordId, ...outcome });
    return NOTHING;
  }

  /** What the database refuses, it refuses of all together: then the first event that it refuses is looked for. */
  async #settle(found: Found, by: ActedBy): Promise<Redriven> {
    try {
      return await this.#takeBack(found, by, new Map());
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      return this.#takeBack(found, by, await this.#firstRefused(found, refusalOf(error)));
    }
  }

  /** An event without which those before it are taken and with which they are not; by halves. */
  async #firstRefused(found: Found, reason: string): Promise<Refusals<S>> {
    let [taken, refused, why] = [0, found.items.length, reason];
    while (refused - taken > 1) {
      const middle = (taken + refused) >> 1;
      const refusal = await this.#refusalOf({ ...found, items: found.items.slice(0, middle) });
      if (refusal === null) taken = middle;
      else [refused, why] = [middle, refusal];
    }
    const item = found.items[refused - 1];
    return new Map(item ? [[nameOf(item.position), why]] : []);
  }

  /** Why the database refuses some events; null when it takes them. Nothing stays. */
  async #refusalOf(found: Found): Promise<string | null> {
    try {
      await inTransaction(this.parts.pool, async (client) => {
        await this.#apply(client, found, new Map());
        throw new TriedOut();
      });
    } catch (error) {
      if (isRefusedData(error)) return refusalOf(error);
      if (!(error instanceof TriedOut)) throw error;
    }
    return null;
  }

  #takeBack(found: Found, by: ActedBy, refusals: Refusals<S>): Promise<Redriven> {
    const { pool, store, acts } = this.parts;
    const { key, rows } = found;
    return inTransaction(pool, async (client) => {
      const { applied, duplicates, parked } = await this.#apply(client, found, refusals);
      const left = new Set(parked.map(({ position }) => nameOf(position)));
      const gone = rows.map(({ position }) => position).filter((position) => !left.has(nameOf(position)));
      if (!(await store.remove(client, gone)) || !(await store.restate(client, parked)))
        throw new ParkingChanged();
      const stop = parked.find(({ kind }) => kind !== 'REJECTED');
      const outcome = stop ? ('STOPPED' as const) : ('DONE' as const);
      const { position = null, code = null, reason = null } = stop ?? {};
      const told = { outcome, position, code, applied, duplicates };
      await acts.record(client, { ...by, act: 'REDRIVE', recordId: key.recordId, ...told });
      return { ...told, reason, left: await store.waitingOf(client, key) };
    });
  }

  /** Folds and writes, holding the checkpoint of the partition: until the transaction ends, no event of it is applied or parked. */
  async #apply(client: pg.ClientBase, { key, rows, items }: Found, refusals: Refusals<S>): Promise<Folded> {
    const { store, readModel } = this.parts;
    await this.#hold(client, key, { applied: 0, duplicates: 0 });
    const now = await store.ofKey(client, key, MOST);
    if (namesOf(now) !== namesOf(rows)) throw new ParkingChanged();
    const context = await readModel.context(items, new Set(), refusals);
    const folded = withKeysErased(context, () => foldItems(items, context));
    await readModel.write(client, context);
    await this.#hold(client, key, folded);
    return folded;
  }

  async #hold(
    client: pg.ClientBase,
    key: ParkedKey,
    counts: Pick<Folded, 'applied' | 'duplicates'>,
  ): Promise<void> {
    if (!(await this.parts.checkpoints.count(client, key, counts)))
      throw new GenerationSwitched(this.parts.projection);
  }
}

/** Undoes a transaction that was only to see whether it could be. */
class TriedOut extends Error {
  override readonly name = 'TriedOut';
}

function namesOf(rows: readonly ParkedRow[]): string {
  return rows.map(({ position }) => nameOf(position)).join(' ');
}
