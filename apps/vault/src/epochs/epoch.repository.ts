import { Inject, Injectable } from '@nestjs/common';
import { VaultPool } from '../database/vault-pool.js';
import type { RewrapCount } from './epoch-rules.js';

/** A session that statements are sent through: the pool, or the one that holds the lock of a rotation. */
export type EpochSession = Pick<VaultPool, 'query'>;

/** An epoch as it is known to the database. Instants are domain time, RFC 3339 in UTC. */
export interface EpochRow {
  readonly epoch: number;
  readonly state: 'planned' | 'current' | 'retiring' | 'destroyed';
  readonly madeAt: string | null;
  readonly retiredAt: string | null;
  /** Keys that were under it when it retired; null before they are counted. */
  readonly livingAtRetirement: number | null;
  readonly rewrapped: number;
  /** Why its rotation stands still. */
  readonly stoppedBecause: string | null;
  readonly destroyedAt: string | null;
  readonly destructionAssured: boolean | null;
}

const instant = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const COLUMNS = `epoch, state, ${instant('made_at')} AS "madeAt", ${instant('retired_at')} AS "retiredAt",
  living_at_retirement::float8 AS "livingAtRetirement", rewrapped::float8 AS rewrapped,
  stopped_because AS "stoppedBecause", ${instant('destroyed_at')} AS "destroyedAt",
  destruction_assured AS "destructionAssured"`;

/** The table of epochs, and what the database does with them. */
@Injectable()
export class EpochRepository {
  constructor(@Inject(VaultPool) private readonly pool: VaultPool) {}

  /** Every epoch that ever was, ascending. */
  async all(session: EpochSession = this.pool): Promise<EpochRow[]> {
    return (await session.query<EpochRow>(`SELECT ${COLUMNS} FROM vault.key_epoch ORDER BY epoch`)).rows;
  }

  /** Living keys and peppers by epoch. Reads the whole table. */
  async living(): Promise<ReadonlyMap<number, number>> {
    const found = await this.pool.query<{ epoch: number; living: number }>(
      `SELECT epoch, count(*)::float8 AS living FROM (
         SELECT epoch FROM vault.data_key WHERE wrapped IS NOT NULL UNION ALL SELECT epoch FROM vault.index_pepper
       ) AS k GROUP BY epoch`,
    );
    return new Map(found.rows.map(({ epoch, living }) => [epoch, living]));
  }

  /** @throws DatabaseError KE409 when another rotation is unfinished or the epoch is not the next one */
  async plan(session: EpochSession, epoch: number): Promise<void> {
    await session.query('SELECT vault.plan_epoch($1)', [epoch]);
  }

  /** Makes a planned epoch the current one, and the current one retiring. */
  async begin(session: EpochSession, epoch: number, at: string): Promise<void> {
    await session.query('SELECT vault.begin_epoch($1, $2)', [epoch, at]);
  }

  /** Counts what has to be rewrapped, unless it was counted before. */
  async countRetiring(session: EpochSession, epoch: number): Promise<void> {
    await session.query('SELECT vault.count_retiring($1)', [epoch]);
  }

  /** What has become of the keys of a retiring epoch. */
  async rewrapCount(session: EpochSession, epoch: number): Promise<RewrapCount> {
    const found = await session.query<RewrapCount>(
      `SELECT living_at_retirement::float8 AS "livingAtRetirement", rewrapped::float8 AS rewrapped,
         ((SELECT count(*) FROM vault.data_key WHERE epoch = $1 AND wrapped IS NULL) - erased_at_retirement)::float8
           AS "erasedSince",
         vault.living_keys($1)::float8 AS left
       FROM vault.key_epoch WHERE epoch = $1`,
      [epoch],
    );
    return found.rows[0] as RewrapCount;
  }

  /** Notes why a rotation stands still, or with null that it goes on. */
  async stop(session: EpochSession, epoch: number, because: string | null): Promise<void> {
    await session.query('SELECT vault.stop_rotation($1, $2)', [epoch, because]);
  }

  /** Notes that the key of an epoch is destroyed. */
  async end(session: EpochSession, epoch: number, at: string, isAssured: boolean): Promise<void> {
    await session.query('SELECT vault.end_epoch($1, $2, $3)', [epoch, at, isAssured]);
  }
}
