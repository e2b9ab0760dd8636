import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type pg from 'pg';
import { comparedTables } from './compared-tables.js';
import type { ComparedTable } from './compared-tables.js';

/** A row that two generations do not hold alike, named without any value but its key: random ids and places in the log. */
export interface DifferingRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** `changed`, or the generation that lacks the row. */
  readonly kind: 'changed' | 'missing in live' | 'missing in next';
  /** Columns whose values differ; empty when the row is missing on one side. */
  readonly columns: readonly string[];
}

/** One table of both generations. Rows that differ are `changed` plus `missingInLive` plus `missingInNext`. */
export interface TableDifference {
  readonly table: string;
  readonly rows: { readonly live: number; readonly next: number };
  changed: number;
  missingInLive: number;
  missingInNext: number;
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
}

/** What two generations of a read model differ in. */
export interface GenerationDifference {
  /** Rows that differ, and columns and tables that only one generation has. 0 when both are alike. */
  readonly differences: number;
  /** SHA-256, hex, of everything that differs, so that a person accepts exactly what was looked at. The same for the same differences. */
  readonly digest: string;
  readonly tables: readonly TableDifference[];
  readonly first: DifferingRow | null;
}

interface FoundRow {
  key: string[];
  kind: DifferingRow['kind'];
  columns: string[];
  live_hash: Buffer | null;
  next_hash: Buffer | null;
}

/** Rows taken from the server at a time. */
const PAGE = 2_000;
/** Both generations are read whole; this is longer than any other statement of the role may take. */
const LIMIT = "set local statement_timeout = '10min'";

/**
 * Compares every table of two generations row by row, by primary key, over the columns that both have. Runs in the caller's
 * transaction, which sees to it that both stand at the same positions.
 */
export async function diffGenerations(
  client: pg.ClientBase,
  live: string,
  next: string,
): Promise<GenerationDifference> {
  await client.query(`${LIMIT}; set local timezone = 'UTC'; set local datestyle = 'ISO'`);
  const { common, onlyLive, onlyNext } = await comparedTables(client, live, next);
  const hash = createHash('sha256');
  for (const table of onlyLive) hash.update(`only in live\n${table}\n`);
  for (const table of onlyNext) hash.update(`only in next\n${table}\n`);
  const tables: TableDifference[] = [];
  let first: DifferingRow | null = null;
  for (const table of common) {
    const found = await diffTable(client, { live, next }, table, hash);
    tables.push(found.difference);
    first ??= found.first;
  }
  const differences = tables.reduce(
    (sum, table) => sum + differing(table),
    onlyLive.length + onlyNext.length,
  );
  return { differences, digest: hash.digest('hex'), tables, first };
}

function differing(table: TableDifference): number {
  const { changed, missingInLive, missingInNext, addedColumns, removedColumns } = table;
  return changed + missingInLive + missingInNext + addedColumns.length + removedColumns.length;
}

async function diffTable(
  client: pg.ClientBase,
  schemas: { live: string; next: string },
  table: ComparedTable,
  hash: Hash,
): Promise<{ difference: TableDifference; first: DifferingRow | null }> {
  const { addedColumns, removedColumns } = table;
  const difference: TableDifference = {
    table: table.name,
    rows: await counts(client, schemas, table.name),
    ...{ changed: 0, missingInLive: 0, missingInNext: 0, addedColumns, removedColumns },
  };
  hash.update(JSON.stringify([table.name, addedColumns, removedColumns]));
  let first: DifferingRow | null = null;
  await client.query(`declare differing no scroll cursor for ${differingRows(schemas, table)}`);
  for (let rows: FoundRow[] = []; ;) {
    ({ rows } = await client.query<FoundRow>(`fetch forward ${String(PAGE)} from differing`));
    for (const row of rows) {
      if (row.kind === 'changed') difference.changed += 1;
      else if (row.kind === 'missing in live') difference.missingInLive += 1;
      else difference.missingInNext += 1;
      first ??= describe(table, row);
      hash.update(JSON.stringify([row.key, row.kind, hex(row.live_hash), hex(row.next_hash)]));
    }
    if (rows.length < PAGE) break;
  }
  await client.query('close differing');
  return { difference, first };
}

function describe(table: ComparedTable, row: FoundRow): DifferingRow {
  const key = Object.fromEntries(table.key.map((column, index) => [column, row.key[index] ?? '']));
  return { table: table.name, key, kind: row.kind, columns: row.columns };
}

function hex(bytes: Buffer | null): string | null {
  return bytes?.toString('hex') ?? null;
}

async function counts(
  client: pg.ClientBase,
  { live, next }: { live: string; next: string },
  table: string,
): Promise<{ live: number; next: number }> {
  const { rows } = await client.query<{ live: number; next: number }>(
    `select (select count(*) from ${live}.${table})::int as live, (select count(*) from ${next}.${table})::int as next`,
  );
  return rows[0] ?? { live: 0, next: 0 };
}

/** Every row that both do not hold alike, in the order of the key. Names come from the catalogue, quoted by it. */
function differingRows({ live, next }: { live: string; next: string }, table: ComparedTable): string {
  const { name, key, columns } = table;
  const [presence = ''] = key;
  const on = key.map((column) => `l.${column} = n.${column}`).join(' and ');
  const keys = key.map((column) => `coalesce(l.${column}, n.${column})`);
  const whole = (side: string): string =>
    `case when ${side}.${presence} is not null then sha256(convert_to(row(${columns.map((column) => `${side}.${column}`).join(', ')})::text, 'UTF8')) end`;
  const changed = columns
    .filter((column) => !key.includes(column))
    .map((column) => `case when l.${column}::text is distinct from n.${column}::text then '${column}' end`);
  const columnsOf = `array_remove(array[${changed.join(', ') || 'null'}]::text[], null)`;
  return `
    select array[${keys.map((column) => `${column}::text`).join(', ')}] as key,
           case when l.${presence} is null then 'missing in live' when n.${presence} is null then 'missing in next' else 'changed' end as kind,
           case when l.${presence} is null or n.${presence} is null then array[]::text[] else ${columnsOf} end as columns,
           h.live as live_hash, h.next as next_hash
      from ${live}.${name} l full join ${next}.${name} n on ${on},
           lateral (select ${whole('l')} as live, ${whole('n')} as next) h
     where h.live is distinct from h.next
     order by ${keys.join(', ')}`;
}
