import type pg from 'pg';
import type { ProjectionName } from '../projections/hosted-projection.js';

/** Where a generation stands. `dropped` ones are only remembered. */
export type Place = 'next' | 'live' | 'previous' | 'dropped';

/** One generation as the registry knows it. */
export interface Generation {
  /** From 1, never used again. */
  readonly generation: number;
  /** Version of the definition; null for the first one until it changes its place. */
  readonly version: number | null;
  readonly fingerprint: string | null;
  readonly place: Place;
  /** Domain time, RFC 3339 UTC; null for the first one. */
  readonly begunAt: string | null;
  readonly begunBy: string | null;
  /** Events applied when it last changed its place. */
  readonly appliedEvents: number | null;
}

/** What somebody did to a generation. */
export interface Act {
  readonly generation: number;
  readonly act: 'begun' | 'resumed' | 'refused' | 'switched' | 'rolled-back' | 'dropped';
  readonly at: string;
  readonly who: string;
  readonly why: string | null;
  readonly differences: number | null;
  readonly digest: string | null;
}

/** Who acts, when by the domain clock, and why. */
export interface Actor {
  readonly who: string;
  readonly at: string;
  readonly why: string | null;
}

/** Differences over which a switch was made or refused. */
export interface Compared {
  readonly differences: number;
  readonly digest: string;
}

/** Acts that an answer tells, newest first. */
const ACTS = 50;

/** Name of the schema in which a generation in this place lies. */
export function schemaOf(projection: ProjectionName, place: Exclude<Place, 'dropped'>): string {
  return projection + { live: '', next: '_next', previous: '_prev' }[place];
}

/** The registry of one read model's generations and the acts that its builder may ask the database for. */
export class GenerationRegistry {
  constructor(
    private readonly pool: pg.Pool,
    private readonly projection: ProjectionName,
  ) {}

  /** Number of the generation that is live now. */
  async live(): Promise<number> {
    const { rows } = await this.pool.query<{ generation: number }>(
      `select generation from projection.generation where projection = $1 and place = 'live'`,
      [this.projection],
    );
    const [row] = rows;
    if (!row) throw new Error(`the read model ${this.projection} has no live generation`);
    return row.generation;
  }

  /** Every generation, newest first. */
  async all(): Promise<Generation[]> {
    const { rows } = await this.pool.query<Generation & { begunAt: Date | null }>(
      `select generation, version, fingerprint, place, begun_at as "begunAt", begun_by as "begunBy",
              applied_events::float8 as "appliedEvents"
         from projection.generation where projection = $1 order by generation desc`,
      [this.projection],
    );
    return rows.map((row) => ({ ...row, begunAt: row.begunAt?.toISOString() ?? null }));
  }

  /** The generation in a place, if there is one. */
  async in(place: Exclude<Place, 'dropped'>): Promise<Generation | null> {
    return (await this.all()).find((generation) => generation.place === place) ?? null;
  }

  async acts(): Promise<Act[]> {
    const { rows } = await this.pool.query<Act & { at: Date }>(
      `select generation, act, at, who, why, differences::float8 as differences, digest
         from projection.act where projection = $1 order by id desc limit ${String(ACTS)}`,
      [this.projection],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /** Makes the next generation's tables, or takes up the one that this very definition is building. Others are refused (`PB409`). */
  async begin(
    definition: { version: number; fingerprint: string },
    { at, who, why }: Actor,
  ): Promise<{ generation: number; isNew: boolean }> {
    const { rows } = await this.pool.query<{ generation: number; isNew: boolean }>(
      `select generation, is_new as "isNew" from projection.begin($1, $2, $3, $4, $5, $6)`,
      [this.projection, definition.version, definition.fingerprint, at, who, why],
    );
    const [row] = rows;
    if (!row) throw new Error('a begun generation has a number');
    return row;
  }

  /** Gives the next generation the live one's name, in the caller's transaction. */
  async switchTo(
    client: pg.ClientBase,
    generation: number,
    { at, who, why }: Actor,
    { differences, digest }: Compared,
  ): Promise<void> {
    const values = [this.projection, generation, at, who, why, differences, digest];
    await client.query('select projection.switch($1, $2, $3, $4, $5, $6, $7)', values);
  }

  /** Lets the previous and the live generation change places, in the caller's transaction. */
  async rollBack(client: pg.ClientBase, generation: number, { at, who, why }: Actor): Promise<void> {
    const values = [this.projection, generation, at, who, why];
    await client.query('select projection.roll_back($1, $2, $3, $4, $5)', values);
  }

  /** Drops the next or the previous generation and returns its number. */
  async discard(place: 'next' | 'previous', { at, who, why }: Actor): Promise<number> {
    const { rows } = await this.pool.query<{ gone: number }>(
      'select projection.discard($1, $2, $3, $4, $5) as gone',
      [this.projection, place, at, who, why],
    );
    return rows[0]?.gone ?? 0;
  }

  /** Remembers a refused switch. */
  async refused(generation: number, { at, who, why }: Actor, compared: Compared): Promise<void> {
    const values = [this.projection, generation, at, who, why, compared.differences, compared.digest];
    await this.pool.query('select projection.refuse($1, $2, $3, $4, $5, $6, $7)', values);
  }

  /** Takes the readers' rights from generations that are not live; waits for readers that are still there. */
  async withdrawReaders(): Promise<void> {
    await this.pool.query('select projection.withdraw_readers($1)', [this.projection]);
  }
}
