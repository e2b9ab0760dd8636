import type { ProjectionDefinition, RecordState } from './projection-definition.js';

/** Bytes that a digest keeps for each table: enough that nobody without the key makes rows that pass for others. */
const PART_BYTES = 16;

/** The rows of a record that a digest covers: its row of `record`, then its rows of each other table. */
export type DigestedRows = Pick<ProjectionDefinition<RecordState>, 'schema' | 'tables'> & {
  /** Columns of `record` that are the projection's own. */
  readonly ownColumns: readonly string[];
};

/** What of a definition decides which rows a digest covers. */
export type DigestedDefinition = Pick<ProjectionDefinition<RecordState>, 'schema' | 'tables'> & {
  readonly recordColumns?: readonly { readonly name: string }[];
};

/** The rows of a definition's records. */
export function digestedRows({ schema, tables, recordColumns = [] }: DigestedDefinition): DigestedRows {
  return { schema, tables, ownColumns: recordColumns.map(({ name }) => name) };
}

/**
 * SQL for the digest of a record's rows: {@link PART_BYTES} for `record` and for each table, so that a difference names its table.
 * Every part is bound to record, version and table, so none can stand for another. Rows go in as the server sends them in binary,
 * which no setting of a session changes. Names come from code, never from data.
 *
 * @param row alias of the row of `record`, or of one that is to become it
 * @param key parameter with the key, 32 bytes
 */
export function rowsDigest({ schema, tables, ownColumns }: DigestedRows, row: string, key: string): string {
  const progress = ['topic', 'borough', 'lifecycle', 'event_hashes', ...ownColumns];
  const columns = progress.map((name) => `${row}.${name}`).join(', ');
  const rowsOf = (table: string): string =>
    `coalesce((select string_agg(record_send(t), ''::bytea order by record_send(t)) from ${schema}.${table} t
                where t.record_id = ${row}.record_id), ''::bytea)`;
  const part = (table: string, rows: string): string =>
    `substring(sha256(${key}::bytea || sha256(record_send(row(${row}.record_id, ${row}.version, '${table}'::text)) || ${rows}))
               from 1 for ${String(PART_BYTES)})`;
  return [
    part('record', `record_send(row(${columns}))`),
    ...tables.map((table) => part(table, rowsOf(table))),
  ].join(' || ');
}

/** Tables, `record` first, whose part of a digest is not the one that was kept. */
export function differingTables(tables: readonly string[], kept: Buffer, found: Buffer): string[] {
  const partOf = (digest: Buffer, at: number): Buffer =>
    digest.subarray(at * PART_BYTES, (at + 1) * PART_BYTES);
  return ['record', ...tables].filter((_, at) => !partOf(kept, at).equals(partOf(found, at)));
}
