import type { WriterRegistry } from '@probity/events';
import type { LogInspector } from '@probity/messaging';
import { AlarmStore } from '@probity/reconciliation';
import type { Alarm, Finding, Settlement } from '@probity/reconciliation';
import type pg from 'pg';
import { placeOf } from './lane.js';
import { LaneWalker } from './lane-walker.js';
import { LaneWatch } from './lane-watch.js';
import { LedgerRepository } from './ledger.repository.js';
import { StoreRepository } from './store.repository.js';
import type { Difference } from './store.repository.js';
import { StoreSweep } from './store-sweep.js';

/** What reconciliation of store and topics works with. */
export interface ReconciliationOptions {
  readonly pool: pg.Pool;
  readonly log: LogInspector;
  readonly writers: Pick<WriterRegistry, 'verify'>;
  /** Key of the digests, 32 bytes. */
  readonly key: Buffer;
  /** Topics to watch, by the names that events carry. */
  readonly topics: readonly string[];
  readonly topicPrefix: string;
  /** Domain time, RFC 3339 UTC. */
  readonly now: () => string;
  /** Told of every alarm that is raised or resolved. */
  readonly settled: (settlement: Settlement) => void;
  /** Told when a topic was found replaced by another of its name. */
  readonly replaced: (lane: string) => void;
}

/** The checks of event store and topics, put together. Each is driven by a loop of its own. */
export class Reconciliation {
  readonly watch: LaneWatch;
  readonly events: StoreSweep;
  readonly ciphertext: StoreSweep;
  readonly #alarms: AlarmStore;
  readonly #walker: LaneWalker;
  #isStopping = false;

  constructor(private readonly options: ReconciliationOptions) {
    const { pool, key, log, writers, topics, topicPrefix, replaced } = options;
    const settle = (scope: string, findings: readonly Finding[]): Promise<void> =>
      this.#settle(scope, findings);
    const ledger = new LedgerRepository(pool, key);
    const store = new StoreRepository(pool, key);
    this.#alarms = new AlarmStore(pool, 'ledger.alarm', options.now);
    this.#walker = new LaneWalker({ log, store, ledger, writers, topicPrefix });
    this.watch = new LaneWatch({
      log,
      ledger,
      store,
      walker: this.#walker,
      topics,
      topicPrefix,
      settle,
      replaced,
    });
    const parts = {
      store,
      ledger,
      settle,
      watch: this.watch,
      placeOf: (lane: number, offset: bigint) => this.#placeOf(lane, offset),
      identify: (difference: Difference) => this.#identify(difference),
      isStopping: () => this.#isStopping,
    };
    this.events = new StoreSweep('events', parts);
    this.ciphertext = new StoreSweep('ciphertext', parts);
  }

  /** Open alarms, oldest first. */
  alarms(): Alarm[] {
    return this.#alarms.open();
  }

  /** Runs a turn of one of the checks, once the alarms of earlier processes are known. */
  async turn(check: { turn(): Promise<boolean> }): Promise<boolean> {
    await this.#alarms.load();
    return check.turn();
  }

  /** Lets nothing wait any longer. */
  stop(): void {
    this.#isStopping = true;
  }

  async #settle(scope: string, findings: readonly Finding[]): Promise<void> {
    const settlement = await this.#alarms.settle(scope, findings);
    if (settlement.raised.length + settlement.resolved.length > 0) this.options.settled(settlement);
  }

  #placeOf(id: number, offset: bigint): string {
    const found = this.watch.lanes().find(({ lane }) => lane.id === id);
    return found ? placeOf(found.lane, offset) : `a topic that is not watched, offset ${String(offset)}`;
  }

  /** An event that is gone from the store is named from its topic. */
  async #identify(difference: Difference): Promise<Difference> {
    const found = this.watch.lanes().find(({ lane }) => lane.id === difference.lane);
    const { offset, eventId } = difference;
    if (!found?.marks || offset === null || offset < found.marks.low || offset >= found.marks.high)
      return difference;
    return { ...difference, ...(await this.#walker.identify(found.lane, offset, eventId)) };
  }
}
