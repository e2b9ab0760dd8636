import type pg from 'pg';
import type { CaseKey, CaseLeases, OpenCase } from './case-unsealing.js';
import { isEvent } from './event-reader.js';
import type { ReadEvent, ReadItem } from './event-reader.js';
import type { FoldContext } from './fold-batch.js';
import { keyOf } from './parked-event.js';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';
import { RecordStore } from './record-store.js';
import type { RecordAdvance } from './record-store.js';
import { withClient } from './transaction.js';
import type { RecordProgress } from './version-guard.js';

/** Where the rows of a projection are, and what it takes to open events. */
export interface ReadModelOptions<S extends RecordState> {
  readonly definition: ProjectionDefinition<S>;
  /** Pool of the read model's own database role. */
  readonly pool: pg.Pool;
  readonly leases: CaseLeases;
  readonly open: OpenCase;
  /** Key under which the rows of each record are digested, 32 bytes; without it they are not covered by reconciliation. */
  readonly rowsKey?: Buffer;
}

/** The rows of one read model: what is known before events are folded, and what is written afterwards. */
export class ReadModel<S extends RecordState> {
  readonly #records: RecordStore<S>;

  constructor(private readonly options: ReadModelOptions<S>) {
    this.#records = new RecordStore(options.definition, options.rowsKey);
  }

  /**
   * What is known of the items' records, with the keys that their fresh events need. It is read outside the transaction: whoever
   * writes must see there that nothing has moved. The keys are the caller's to overwrite.
   *
   * @param waiting records with a parked event, read before this is called: what is then known of the others stays true
   */
  async context(
    items: readonly ReadItem[],
    waiting: Set<string>,
    refusals: FoldContext<S>['refusals'],
  ): Promise<FoldContext<S>> {
    const { definition, open, leases } = this.options;
    const events = items.filter(isEvent);
    const { progress, states } = await this.#known([...new Set(events.map((event) => event.recordId))]);
    const isOpened = ({ recordId, event, position, opensCase }: ReadEvent): boolean =>
      opensCase &&
      event.header.streamversion > (progress.get(recordId)?.version ?? 0) &&
      !waiting.has(keyOf(position.topic, recordId));
    const sealed = new Set(events.filter(isOpened).map((item) => item.recordId));
    const keys = sealed.size > 0 ? await leases.leaseCase([...sealed]) : new Map<string, CaseKey>();
    return { definition, open, progress, states, keys, changed: new Set(), waiting, refusals };
  }

  /** How far records are, by record id. */
  async progress(client: pg.ClientBase, recordIds: readonly string[]): Promise<Map<string, RecordProgress>> {
    return recordIds.length === 0 ? new Map() : this.#records.load(client, recordIds);
  }

  /** Writes what the context has changed, in the transaction of the caller. */
  async write(client: pg.ClientBase, context: FoldContext<S>): Promise<void> {
    const changed = [...context.changed].sort();
    if (changed.length === 0) return;
    const states = new Map<string, S>();
    const records = new Map<string, RecordAdvance<S>>();
    for (const id of changed) {
      const state = context.states.get(id);
      const progress = context.progress.get(id);
      if (!state || !progress) throw new Error('a changed record has no state');
      states.set(id, state);
      records.set(id, { ...progress, state });
    }
    await this.options.definition.write(client, states);
    if (!(await this.#records.write(client, records)))
      throw new Error('a record is further than this round knew');
  }

  async #known(ids: readonly string[]): Promise<Pick<FoldContext<S>, 'progress' | 'states'>> {
    if (ids.length === 0) return { progress: new Map(), states: new Map() };
    return withClient(this.options.pool, async (client) => {
      const progress = await this.progress(client, ids);
      const known = [...progress.keys()];
      // A catch-up meets records for the first time: nothing is asked about those.
      const states =
        known.length > 0 ? await this.options.definition.load(client, known) : new Map<string, S>();
      return { progress, states };
    });
  }
}

/** Runs work with a context and overwrites the keys that were lent for it. */
export function withKeysErased<S extends RecordState, T>(context: FoldContext<S>, work: () => T): T {
  try {
    return work();
  } finally {
    for (const { subkey } of context.keys.values()) subkey.fill(0);
  }
}
