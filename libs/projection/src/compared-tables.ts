import type pg from 'pg';

/** A table that both generations have. Names are quoted where they need it. */
export interface ComparedTable {
  readonly name: string;
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** Columns that both have, the key among them, by name. */
  readonly columns: readonly string[];
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
}

/** Tables of two generations, by name. */
export interface ComparedTables {
  readonly common: readonly ComparedTable[];
  readonly onlyLive: readonly string[];
  readonly onlyNext: readonly string[];
}

interface ColumnRow {
  schema: string;
  table: string;
  column: string;
  key_place: number | null;
}

/** Not derived from the events alone: positions are compared as such. */
const NOT_DERIVED = ['checkpoint'];
/** When a generation first met an event is a fact about the generation; a digest follows from rows that are compared themselves. */
const NOT_DERIVED_COLUMNS = ['parked.first_seen', 'record.rows_digest'];

/** Finds in the catalogue which tables and columns of two generations can be compared. @throws Error for a table without a primary key */
export async function comparedTables(
  client: pg.ClientBase,
  live: string,
  next: string,
): Promise<ComparedTables> {
  const { rows } = await client.query<ColumnRow>(
    `select c.relnamespace::regnamespace::text as schema, quote_ident(c.relname) as table, quote_ident(a.attname) as column,
            array_position(i.indkey::int2[], a.attnum)::int as key_place
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_index i on i.indrelid = c.oid and i.indisprimary
      where c.relnamespace = any(array[$1::regnamespace, $2::regnamespace]::oid[]) and c.relkind = 'r' and c.relname <> all($3)
        and c.relname || '.' || a.attname <> all($4)
      order by c.relname, a.attname`,
    [live, next, NOT_DERIVED, NOT_DERIVED_COLUMNS],
  );
  const [liveTables, nextTables] = [byTable(rows, live), byTable(rows, next)];
  return {
    common: [...liveTables].flatMap(([name, columns]) => {
      const others = nextTables.get(name);
      return others ? [compared(name, columns, others)] : [];
    }),
    onlyLive: [...liveTables.keys()].filter((name) => !nextTables.has(name)),
    onlyNext: [...nextTables.keys()].filter((name) => !liveTables.has(name)),
  };
}

function byTable(rows: readonly ColumnRow[], schema: string): Map<string, ColumnRow[]> {
  const tables = new Map<string, ColumnRow[]>();
  for (const row of rows)
    if (row.schema === schema) tables.set(row.table, [...(tables.get(row.table) ?? []), row]);
  return tables;
}

function compared(name: string, live: readonly ColumnRow[], next: readonly ColumnRow[]): ComparedTable {
  const [inLive, inNext] = [live, next].map((rows) => new Set(rows.map((row) => row.column)));
  const columns = [...(inLive ?? [])].filter((column) => inNext?.has(column));
  const key = live
    .filter((row) => row.key_place !== null)
    .sort((a, b) => (a.key_place ?? 0) - (b.key_place ?? 0))
    .map((row) => row.column);
  if (key.length === 0 || key.some((column) => !columns.includes(column)))
    throw new Error(`the table ${name} has no primary key that both generations share`);
  const addedColumns = [...(inNext ?? [])].filter((column) => !inLive?.has(column));
  const removedColumns = [...(inLive ?? [])].filter((column) => !inNext?.has(column));
  return { name, key, columns, addedColumns, removedColumns };
}
