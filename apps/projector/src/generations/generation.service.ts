import type pg from 'pg';
import { DatabaseError } from 'pg';
import type { DomainClock } from '@probity/platform';
import {
  diffGenerations,
  fingerprintOf,
  inTransaction,
  readCheckpoints,
  withClient,
} from '@probity/projection';
import type { GenerationDifference } from '@probity/projection';
import type { Hold, ProjectionHost } from '../consumer/projection-host.js';
import { RebuildJob } from '../rebuild/rebuild-job.js';
import { READY_WITHIN, progressBetween } from '../rebuild/rebuild-progress.js';
import type { RebuildProgress } from '../rebuild/rebuild-progress.js';
import * as problems from './generation-problems.js';
import { schemaOf } from './generation-registry.js';
import type { Act, Actor, Generation } from './generation-registry.js';
import { newlyParked } from './newly-parked.js';

/** Longest that writers of the live generation wait while another catches up to their positions, in ms of real time. */
const HOLD_LIMIT_MS = 10_000;
/** Longest that a roll back brings the previous generation up before it asks to be called again, in ms of real time. */
const BRING_UP_LIMIT_MS = 60_000;

/** The generations of one read model, how far the next one is, and what was done. */
export interface GenerationReport {
  readonly projection: string;
  readonly hold: Hold | null;
  readonly generations: readonly Generation[];
  readonly rebuild: RebuildProgress | null;
  readonly acts: readonly Act[];
}

/** Who asks, and why. */
export interface Asking {
  readonly who: string;
  readonly why: string | null;
}

/** Acts on the generations of one read model: one at a time. Readers notice none of them but by what they read. */
export class GenerationService {
  readonly name;
  readonly #pool: pg.Pool;
  readonly #live: string;
  readonly #next: string;
  #job: RebuildJob | undefined;
  #isActing = false;

  constructor(
    private readonly host: ProjectionHost,
    private readonly clock: DomainClock,
  ) {
    this.name = host.projection.name;
    this.#pool = host.pool;
    this.#live = schemaOf(this.name, 'live');
    this.#next = schemaOf(this.name, 'next');
  }

  async report(): Promise<GenerationReport> {
    const { generations: registry, hold } = this.host;
    const [generations, acts] = await Promise.all([registry.all(), registry.acts()]);
    const next = generations.find(({ place }) => place === 'next');
    const rebuild = next ? await this.#progress(next) : null;
    return { projection: this.name, hold, generations, rebuild, acts };
  }

  /**
   * Begins the next generation, or goes on with the one that this definition has begun, in the background.
   *
   * @throws ProblemError PRJ-011, PRJ-012
   */
  rebuild(asking: Asking): Promise<GenerationReport> {
    return this.#alone(async () => {
      const { version, fingerprint } = this.#definition();
      if (!this.#job?.isRunning) {
        await this.#dismissJob();
        await this.host.generations
          .begin({ version, fingerprint }, this.#actor(asking))
          .catch((error: unknown) => {
            if (sqlState(error) === 'PB409') throw problems.builtByAnother(this.name);
            if (sqlState(error) === 'PB404') throw problems.noTables(this.name, version);
            throw error;
          });
        const next = await this.#generationIn('next');
        (await this.#jobOf(next)).start();
        await this.host.generations.withdrawReaders();
      }
      return this.report();
    });
  }

  /** Compares the next generation with the live one, both at the same positions. @throws ProblemError PRJ-010, PRJ-013 */
  diff(): Promise<GenerationDifference> {
    return this.#alone(async () => {
      const job = await this.#nearJob();
      return withClient(this.#pool, async (client) => {
        await client.query('begin isolation level repeatable read read only');
        try {
          // The first statement takes the snapshot, while the writers are held; comparing holds nobody.
          await this.#aligned(job, () => this.#assertSamePlace(client, job));
          return await diffGenerations(client, this.#live, this.#next);
        } finally {
          await client.query('rollback');
        }
      });
    });
  }

  /**
   * Gives the next generation the live one's name, when both hold the same rows or a person has accepted exactly what differs.
   *
   * @param accept digest of the differences, as `diff` told it
   * @throws ProblemError PRJ-010, PRJ-013, PRJ-014, PRJ-015, PRJ-017
   */
  switchTo(accept: string | null, asking: Asking): Promise<GenerationReport> {
    return this.#alone(async () => {
      if (accept !== null && asking.why === null) throw problems.reasonNeeded();
      const job = await this.#nearJob();
      const actor = this.#actor(asking);
      const { found, refusal } = await this.#aligned(job, async (client) => {
        await this.#assertSamePlace(client, job);
        const compared = await this.#judged(client, accept);
        if (!compared.refusal)
          await this.host.generations.switchTo(client, job.generation, actor, compared.found);
        return compared;
      });
      if (refusal) {
        await this.host.generations.refused(job.generation, actor, found);
        throw refusal;
      }
      await this.#dismissJob();
      return this.#changed();
    });
  }

  /**
   * Lets the previous and the live generation change places, after bringing the previous one to the live one's positions: people who
   * have been removed since must not come back.
   *
   * @param allowStale show older rows where this code cannot bring them up
   * @throws ProblemError PRJ-010, PRJ-013, PRJ-016
   */
  rollBack(allowStale: boolean, asking: Asking): Promise<GenerationReport> {
    return this.#alone(async () => {
      const previous = await this.#generationIn('previous');
      const actor = this.#actor(asking);
      const schema = schemaOf(this.name, 'previous');
      const back = (client: pg.ClientBase): Promise<void> =>
        this.host.generations.rollBack(client, previous.generation, actor);
      if (this.#isOwn(previous)) {
        const job = new RebuildJob(this.host, previous.generation, schema);
        await job.open();
        await job.catchUpTo(await this.host.checkpoints(), AbortSignal.timeout(BRING_UP_LIMIT_MS));
        await this.#assertNear(job);
        await this.#aligned(job, async (client) => {
          await this.#assertSamePlace(client, job, schema);
          await back(client);
        });
      } else {
        const reached = await readCheckpoints(this.#pool, schema, this.name);
        const { behind } = progressBetween(await this.host.checkpoints(), reached);
        if (behind > 0 && !allowStale) throw problems.wouldGoBack(this.name, behind);
        await inTransaction(this.#pool, back);
      }
      return this.#changed();
    });
  }

  /** Drops the next or the previous generation. @throws ProblemError PRJ-010 */
  drop(place: 'next' | 'previous', asking: Asking): Promise<GenerationReport> {
    return this.#alone(async () => {
      await this.#generationIn(place);
      if (place === 'next') await this.#dismissJob();
      await this.host.generations.discard(place, this.#actor(asking));
      return this.report();
    });
  }

  async close(): Promise<void> {
    await this.#dismissJob();
  }

  /** What differs, and why that forbids the switch, if it does. */
  async #judged(
    client: pg.ClientBase,
    accept: string | null,
  ): Promise<{ found: GenerationDifference; refusal: Error | null }> {
    const found = await diffGenerations(client, this.#live, this.#next);
    const lost = await newlyParked(client, this.#live, this.#next, found);
    if (lost > 0) return { found, refusal: problems.parksMore(this.name, lost, found.first) };
    const isAccepted = found.differences === 0 || accept === found.digest;
    return { found, refusal: isAccepted ? null : problems.differs(this.name, found, accept !== null) };
  }

  /** Holds the writers of the live generation, brings another one to their positions, and works in that transaction. */
  #aligned<T>(job: RebuildJob, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return job.exclusively(() =>
      inTransaction(this.#pool, async (client) => {
        await client.query(`lock table ${this.#live}.checkpoint in exclusive mode`);
        const positions = await readCheckpoints(client, this.#live, this.name);
        await job.catchUpTo(positions, AbortSignal.timeout(HOLD_LIMIT_MS));
        return work(client);
      }),
    );
  }

  async #assertSamePlace(client: pg.ClientBase, job: RebuildJob, schema = this.#next): Promise<void> {
    const positions = (schema: string): string =>
      `select topic, partition, next_offset from ${schema}.checkpoint`;
    const { rowCount } = await client.query(`${positions(this.#live)} except ${positions(schema)}`);
    if (rowCount !== 0) throw problems.notCaughtUp(this.name, (await job.progress()).behind);
  }

  async #nearJob(): Promise<RebuildJob> {
    const job = await this.#jobOf(await this.#generationIn('next'));
    await this.#assertNear(job);
    return job;
  }

  async #assertNear(job: RebuildJob): Promise<void> {
    const { behind } = await job.progress();
    if (behind > READY_WITHIN) throw problems.notCaughtUp(this.name, behind);
  }

  /** The job of the next generation: the one that runs here, or one that has not been started. */
  async #jobOf(next: Generation): Promise<RebuildJob> {
    if (this.#job?.generation === next.generation) return this.#job;
    if (!this.#isOwn(next)) throw problems.builtByAnother(this.name);
    await this.#dismissJob();
    const job = new RebuildJob(this.host, next.generation, this.#next);
    await job.open();
    return (this.#job = job);
  }

  async #dismissJob(): Promise<void> {
    const job = this.#job;
    this.#job = undefined;
    await job?.stop();
  }

  async #generationIn(place: 'next' | 'previous'): Promise<Generation> {
    const found = await this.host.generations.in(place);
    if (!found) throw problems.noSuchGeneration(this.name, place);
    return found;
  }

  /** How far the next generation is, told by the job that runs here, or by the checkpoints alone. */
  async #progress({ generation }: Generation): Promise<RebuildProgress> {
    if (this.#job?.generation === generation) return this.#job.progress();
    return progressBetween(
      await this.host.checkpoints(),
      await readCheckpoints(this.#pool, this.#next, this.name),
    );
  }

  /** The act is done: what follows is found by the consumer itself, or at the next act, if it fails here. */
  async #changed(): Promise<GenerationReport> {
    await this.host.takeUpLive().catch(() => undefined);
    await this.host.generations.withdrawReaders().catch(() => undefined);
    return this.report();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isActing) throw problems.busy(this.name);
    this.#isActing = true;
    try {
      return await work();
    } catch (error) {
      throw sqlState(error) === 'PB409' ? problems.busy(this.name) : error;
    } finally {
      this.#isActing = false;
    }
  }

  #definition(): { version: number; fingerprint: string } {
    const definition = this.host.projection.define(this.#live);
    return { version: definition.version, fingerprint: fingerprintOf(definition) };
  }

  #isOwn(generation: Generation): boolean {
    const { version, fingerprint } = this.#definition();
    return generation.version === version && generation.fingerprint === fingerprint;
  }

  #actor({ who, why }: Asking): Actor {
    return { who, why, at: this.clock.now() };
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
