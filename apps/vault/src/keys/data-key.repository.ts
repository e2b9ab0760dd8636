import { Inject, Injectable } from '@nestjs/common';
import type { KeyFamily } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';

/** Keys of one call, as they go into the table. */
export interface NewDataKeys {
  readonly borough: string;
  readonly family: KeyFamily;
  readonly epoch: number;
  /** Domain time, RFC 3339. */
  readonly issuedAt: string;
  readonly dekVersion: number;
  readonly recordIds: readonly string[];
  /** Wrapped keys, in the order of the ids. */
  readonly wrapped: readonly Buffer[];
}

/** A wrapped data key. */
export interface DataKeyRow {
  readonly recordId: string;
  readonly dekVersion: number;
  readonly borough: string;
  readonly family: KeyFamily;
  readonly epoch: number;
  readonly wrapped: Buffer;
}

/** Where keys are looked for; `null` and absent are everywhere. */
export interface KeyPlace {
  readonly family?: KeyFamily | null;
  readonly borough?: string | null;
}

const COLUMNS = 'record_id AS "recordId", dek_version AS "dekVersion", borough, family, epoch, wrapped';

/** The table of wrapped data keys. */
@Injectable()
export class DataKeyRepository {
  constructor(@Inject(VaultPool) private readonly pool: VaultPool) {}

  /** Add keys in one statement, which is one transaction: all of them last, or none. */
  async insert(keys: NewDataKeys): Promise<void> {
    await this.pool.query({
      name: 'insert-data-keys',
      text: `INSERT INTO vault.data_key (record_id, wrapped, dek_version, borough, family, epoch, issued_at)
             SELECT record_id, wrapped, $3, $4, $5, $6, $7
             FROM unnest($1::uuid[], $2::bytea[]) AS fresh (record_id, wrapped)`,
      values: [
        keys.recordIds,
        keys.wrapped,
        keys.dekVersion,
        keys.borough,
        keys.family,
        keys.epoch,
        keys.issuedAt,
      ],
    });
  }

  /** Adds a key under an id that is not random, unless there is one; returns the one that stays. */
  async insertOnce(row: DataKeyRow, issuedAt: string): Promise<DataKeyRow> {
    const { recordId, dekVersion, borough, family, epoch, wrapped } = row;
    const { rowCount } = await this.pool.query(
      `INSERT INTO vault.data_key (record_id, dek_version, borough, family, epoch, wrapped, issued_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [recordId, dekVersion, borough, family, epoch, wrapped, issuedAt],
    );
    if (rowCount === 1) return row;
    const [other] = await this.findNewest([recordId]);
    if (other === undefined) throw new Error('a key that is destroyed cannot be made again');
    return other;
  }

  /** The newest key of each record that has one, unless it is destroyed or the record is fenced; in no order. */
  async findNewest(recordIds: readonly string[]): Promise<DataKeyRow[]> {
    const found = await this.pool.query<Omit<DataKeyRow, 'wrapped'> & { wrapped: Buffer | null }>({
      name: 'newest-data-keys',
      text: `SELECT DISTINCT ON (record_id) ${COLUMNS} FROM vault.usable_key
             WHERE record_id = ANY ($1::uuid[]) ORDER BY record_id, dek_version DESC`,
      values: [recordIds],
    });
    return found.rows.filter((row): row is DataKeyRow => row.wrapped !== null);
  }

  /** Every key of the records that is neither destroyed nor behind a fence, in no order; of one list and borough where they are given. */
  async findAll(
    recordIds: readonly string[],
    { family = null, borough = null }: KeyPlace = {},
  ): Promise<DataKeyRow[]> {
    const found = await this.pool.query<DataKeyRow>({
      name: 'all-data-keys',
      text: `SELECT ${COLUMNS} FROM vault.usable_key WHERE record_id = ANY ($1::uuid[]) AND wrapped IS NOT NULL
               AND ($2::text IS NULL OR family = $2) AND ($3::text IS NULL OR borough = $3)`,
      values: [recordIds, family, borough],
    });
    return found.rows;
  }

  /** One key as it stands now, null when it is unknown, fenced or destroyed. */
  async find(recordId: string, dekVersion: number): Promise<DataKeyRow | null> {
    const rows = await this.findAll([recordId]);
    return rows.find((row) => row.dekVersion === dekVersion) ?? null;
  }
}
