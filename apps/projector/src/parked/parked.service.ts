import type { DomainClock, ServiceLogger } from '@probity/platform';
import { DiscardRefused, GenerationSwitched, nameOf } from '@probity/projection';
import type {
  LogPosition,
  ParkedCounts,
  ParkedHead,
  ParkedRow,
  Parking,
  RecordedAct,
  RecordState,
  Redriven,
} from '@probity/projection';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { noSuchGeneration } from '../generations/generation-problems.js';
import { schemaOf } from '../generations/generation-registry.js';
import { discardRefused, generationChanged, notParked } from './parked-problems.js';

/** Generations in which something parked can be acted on. */
export type ParkingPlace = 'live' | 'next';

/** Who asks, and why. */
export interface Asking {
  readonly who: string;
  readonly why: string;
}

/** What is parked of a record or at a position, and what was done about it, newest first. */
export interface ParkedDetail {
  readonly rows: readonly ParkedRow[];
  readonly acts: readonly RecordedAct[];
}

/** Rows of one key that are shown, at most; the oldest ones tell why it waits. */
const SHOWN = 200;

/** What is parked in the generations of one read model, and the way back. Acts are done one after the other. */
export class ParkedService {
  readonly name;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly host: ProjectionHost,
    private readonly clock: DomainClock,
    private readonly logger: ServiceLogger,
  ) {
    this.name = host.projection.name;
  }

  /** How much is parked in the live generation. */
  async counts(): Promise<ParkedCounts> {
    return (await this.#parkingIn('live')).store.counts(this.host.pool);
  }

  /** Parked records and rejected positions behind `after`, in the order of their positions. @throws ProblemError PRJ-010 */
  async list(place: ParkingPlace, after: LogPosition | null, limit: number): Promise<ParkedHead[]> {
    return (await this.#parkingIn(place)).store.heads(this.host.pool, after, limit);
  }

  /** @throws ProblemError PRJ-010, and PRK-001 when nothing is or was parked of the record */
  async ofRecord(place: ParkingPlace, recordId: string): Promise<ParkedDetail> {
    const { store, acts } = await this.#parkingIn(place);
    const { pool } = this.host;
    const keys = await store.keysOf(pool, recordId);
    const rows = (await Promise.all(keys.map((key) => store.ofKey(pool, key, SHOWN)))).flat();
    return this.#known({ rows, acts: await acts.list(pool, { recordId }) }, 'this record');
  }

  /** @throws ProblemError PRJ-010, and PRK-001 when nothing is or was parked there */
  async at(place: ParkingPlace, position: LogPosition): Promise<ParkedDetail> {
    const { store, acts } = await this.#parkingIn(place);
    const row = await store.at(this.host.pool, position);
    const done = await acts.list(this.host.pool, position);
    return this.#known({ rows: row ? [row] : [], acts: done }, nameOf(position));
  }

  /** Takes back what is parked of a record, for each partition that has something of it. @throws ProblemError PRJ-010, PRK-001, PRK-004 */
  redrive(place: ParkingPlace, recordId: string, asking: Asking): Promise<Redriven[]> {
    return this.#act(async () => {
      const parking = await this.#parkingIn(place);
      const keys = await parking.store.keysOf(this.host.pool, recordId);
      if (keys.length === 0) throw notParked(this.name, 'this record');
      const outcomes: Redriven[] = [];
      for (const key of keys) {
        const redriven = await parking.redrive(key, this.#by(asking));
        const { outcome, applied, left } = redriven;
        const told = `redrive of ${key.topic} ${recordId} by ${asking.who}: ${outcome}, ${String(applied)} applied, ${String(left)} left`;
        this.logger.log(told, this.host.projection.identity);
        outcomes.push(redriven);
      }
      return outcomes;
    });
  }

  /** Forgets a rejected position. @throws ProblemError PRJ-010, PRK-001 to PRK-004 */
  discard(place: ParkingPlace, position: LogPosition, asking: Asking): Promise<ParkedRow> {
    return this.#act(async () => {
      const parking = await this.#parkingIn(place);
      const told = `discard of ${nameOf(position)} by ${asking.who}`;
      try {
        const row = await parking.discard(position, this.#by(asking));
        this.logger.log(`${told}: DONE, it was ${row.code}`, this.host.projection.identity);
        return row;
      } catch (error) {
        if (!(error instanceof DiscardRefused)) throw error;
        this.logger.warn(`${told}: refused, ${error.refusal}`, this.host.projection.identity);
        throw discardRefused(this.name, error, nameOf(position));
      }
    });
  }

  async #parkingIn(place: ParkingPlace): Promise<Parking<RecordState>> {
    const { generations } = this.host;
    const generation =
      place === 'live' ? await generations.live() : (await generations.in(place))?.generation;
    if (generation === undefined) throw noSuchGeneration(this.name, 'next');
    return this.host.parkingOf(schemaOf(this.name, place), generation);
  }

  #known(detail: ParkedDetail, what: string): ParkedDetail {
    if (detail.rows.length === 0 && detail.acts.length === 0) throw notParked(this.name, what);
    return detail;
  }

  /** One act at a time: each holds a connection while it needs a second one. */
  #act<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn.catch((error: unknown) => {
      throw error instanceof GenerationSwitched ? generationChanged(this.name) : error;
    });
  }

  #by({ who, why }: Asking): { actor: string; at: string; reason: string } {
    return { actor: who, at: this.clock.now(), reason: why };
  }
}
