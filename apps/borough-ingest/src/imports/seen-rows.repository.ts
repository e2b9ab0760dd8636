import type { Pool } from 'pg';
import type { SqlClient } from '@probity/event-store';
import type { RowMacs } from './row-key.js';

/** The first readable row of a reference. */
export interface FirstRow {
  readonly contentMac: Buffer;
  /** Line in this file; null when the record came from an earlier file. */
  readonly line: number | null;
}

/** A row that is to be remembered as the first of its reference. */
export interface SeenRow extends RowMacs {
  readonly line: number;
  /** The record that was made from it, or null. */
  readonly recordId: string | null;
}

/** What is known of references: within one import, and of records that stand. */
export class SeenRowsRepository {
  constructor(private readonly pool: Pool) {}

  /** First rows by row key (hex): of this scope, else of a record from an earlier file. */
  async firstRows(
    scope: Buffer,
    borough: string,
    rowKeys: readonly Buffer[],
  ): Promise<Map<string, FirstRow>> {
    const { rows } = await this.pool.query<{ row_key: Buffer; content_mac: Buffer; line: number | null }>(
      `SELECT row_key, content_mac, line FROM ingest.import_seen WHERE scope = $1 AND row_key = ANY ($3)
       UNION ALL
       SELECT k.row_key, k.content_mac, NULL FROM ingest.row_key k WHERE k.borough = $2 AND k.row_key = ANY ($3)
         AND NOT EXISTS (SELECT 1 FROM ingest.import_seen s WHERE s.scope = $1 AND s.row_key = k.row_key)`,
      [scope, borough, rowKeys],
    );
    return new Map(
      rows.map((row) => [row.row_key.toString('hex'), { contentMac: row.content_mac, line: row.line }]),
    );
  }

  /** Remember rows in the transaction that appends what they became. A row that is there already makes it fail. */
  async remember(client: SqlClient, scope: Buffer, borough: string, rows: readonly SeenRow[]): Promise<void> {
    await client.query(
      `INSERT INTO ingest.import_seen (scope, row_key, content_mac, line)
       SELECT $1, r.row_key, r.content_mac, r.line FROM unnest($2::bytea[], $3::bytea[], $4::integer[]) AS r(row_key, content_mac, line)`,
      [scope, rows.map((r) => r.rowKey), rows.map((r) => r.contentMac), rows.map((r) => r.line)],
    );
    const records = rows.filter((row) => row.recordId !== null);
    if (records.length === 0) return;
    await client.query(
      `INSERT INTO ingest.row_key (borough, row_key, content_mac, record_id)
       SELECT $1, r.row_key, r.content_mac, r.record_id FROM unnest($2::bytea[], $3::bytea[], $4::uuid[]) AS r(row_key, content_mac, record_id)`,
      [
        borough,
        records.map((r) => r.rowKey),
        records.map((r) => r.contentMac),
        records.map((r) => r.recordId),
      ],
    );
  }

  /** Forget the rows of an import that has ended: refused rows leave nothing behind. */
  async forget(scope: Buffer, client: SqlClient = this.pool): Promise<void> {
    await client.query('DELETE FROM ingest.import_seen WHERE scope = $1', [scope]);
  }
}
