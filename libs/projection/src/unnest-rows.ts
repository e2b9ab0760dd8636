import type pg from 'pg';

/** One column of a bulk statement: its name, its PostgreSQL type, and the value that a row has for it. */
export interface Column<R> {
  readonly name: string;
  readonly type: string;
  readonly of: (row: R) => string | number | boolean | Buffer | null;
}

/** How rows that exist already are met: `update` replaces every column but the key. */
export interface InsertTarget<R> {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly Column<R>[];
  readonly onConflict: 'update' | 'fail';
}

/**
 * Inserts all rows in one statement by `unnest`, one array a column. Rows must be distinct by key: two rows of one key cannot be met
 * in one statement. Names come from code, never from data.
 */
export async function insertRows<R>(
  client: pg.ClientBase,
  target: InsertTarget<R>,
  rows: readonly R[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = target.columns.map((column) => column.name);
  const arrays = target.columns.map((column, index) => `$${String(index + 1)}::${column.type}[]`);
  const updates = names
    .filter((name) => !target.key.includes(name))
    .map((name) => `${name} = excluded.${name}`);
  const conflict =
    target.onConflict === 'update'
      ? ` on conflict (${target.key.join(', ')}) do update set ${updates.join(', ')}`
      : '';
  await client.query(
    `insert into ${target.table} (${names.join(', ')}) select * from unnest(${arrays.join(', ')})${conflict}`,
    target.columns.map((column) => rows.map((row) => column.of(row))),
  );
}
