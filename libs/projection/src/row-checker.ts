import type pg from 'pg';
import { differingTables, digestedRows, rowsDigest } from './rows-digest.js';
import type { DigestedDefinition, DigestedRows } from './rows-digest.js';

/** A table that holds other rows for a record than were written. */
export interface RowMismatch {
  readonly table: string;
  readonly recordId: string;
  /** `stray` rows belong to a record that has no row of progress. */
  readonly kind: 'changed' | 'stray';
}

/** What a look at some records found. */
export interface CheckedRecords {
  readonly records: number;
  /** Records whose rows were written before rows were digested. */
  readonly uncovered: number;
  readonly mismatches: readonly RowMismatch[];
  /** Last record of a full page; null when no record follows. */
  readonly last: string | null;
}

/** Counts of one topic that cannot all be true. */
export interface CountMismatch {
  readonly topic: string;
  /** Events that the checkpoints have counted as applied, and as repeated. */
  readonly applied: bigint;
  readonly duplicates: bigint;
  readonly parked: bigint;
  /** Offsets that the checkpoints have passed. */
  readonly passed: bigint;
  /** Events that the rows of `record` have come to. */
  readonly recorded: bigint;
}

interface LookRow {
  records: number;
  uncovered: number;
  last: string | null;
  differing: { record_id: string; kept: string; found: string }[];
  strays: { table: string; record_id: string }[];
}

/** Above every record id. */
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Compares the rows of a read model with the digests that were taken when they were written. Each look is one statement and so one
 * snapshot: whoever writes meanwhile has written all rows of a record and their digest, or none.
 */
export class RowChecker {
  readonly #rows: DigestedRows;

  /** @param key the key under which the rows were digested */
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    definition: DigestedDefinition,
    private readonly key: Buffer,
  ) {
    this.#rows = digestedRows(definition);
  }

  /** Looks at up to `limit` records behind `after`, in the order of their ids, and at rows without a record between them. */
  async page(after: string | null, limit: number): Promise<CheckedRecords> {
    const page = `where ($2::uuid is null or record_id > $2) order by record_id limit $3`;
    // As an upper bound the server can use it for the index.
    const end = `coalesce((select last from edge), '${HIGHEST}'::uuid)`;
    const within = `($2::uuid is null or t.record_id > $2) and t.record_id <= ${end}`;
    return this.#look(page, within, [after, limit]);
  }

  /** Looks at some records once more. */
  async again(recordIds: readonly string[]): Promise<readonly RowMismatch[]> {
    if (recordIds.length === 0) return [];
    const page = 'where record_id = any($2::uuid[]) and $3 > 0';
    const { mismatches } = await this.#look(page, 't.record_id = any($2::uuid[])', [
      recordIds,
      recordIds.length,
    ]);
    return mismatches;
  }

  /**
   * Topics whose counts do not add up: rows of whole records that are missing, added, or of an earlier time leave no digest that
   * is wrong, but another number of events.
   */
  async counts(): Promise<CountMismatch[]> {
    const { schema } = this.#rows;
    const { rows } = await this.pool.query<Record<keyof CountMismatch, string>>(
      `with counted as (select topic, sum(applied_events) as applied, sum(duplicates) as duplicates, sum(next_offset) as passed
                          from ${schema}.checkpoint group by topic),
            found as (select topic, sum(version) as recorded from ${schema}.record group by topic),
            waiting as (select topic, count(*) as parked from ${schema}.parked group by topic),
            every as (select topic, coalesce(applied, 0) as applied, coalesce(duplicates, 0) as duplicates, coalesce(passed, 0) as passed,
                             coalesce(recorded, 0) as recorded, coalesce(parked, 0) as parked
                        from counted full join found using (topic) left join waiting using (topic))
       select topic, applied, duplicates, parked, passed, recorded from every
        where applied <> recorded or applied + duplicates + parked > passed order by topic`,
    );
    return rows.map((row) => ({
      topic: row.topic,
      applied: BigInt(row.applied),
      duplicates: BigInt(row.duplicates),
      parked: BigInt(row.parked),
      passed: BigInt(row.passed),
      recorded: BigInt(row.recorded),
    }));
  }

  async #look(page: string, within: string, values: readonly [unknown, number]): Promise<CheckedRecords> {
    const { schema, tables } = this.#rows;
    const strays = tables.map(
      (table) => `select distinct '${table}' as "table", t.record_id from ${schema}.${table} t
                   where ${within} and not exists (select from page p where p.record_id = t.record_id)`,
    );
    const { rows } = await this.pool.query<LookRow>(
      `with page as materialized (select * from ${schema}.record ${page}),
            edge as materialized (select case when count(*) < $3 then null else (select p.record_id from page p order by 1 desc limit 1) end as last from page),
            judged as (select p.record_id, p.rows_digest as kept, ${rowsDigest(this.#rows, 'p', '$1')} as found
                         from page p where p.rows_digest is not null),
            stray as (${strays.join(' union all ')})
       select (select count(*) from page)::int as records, (select count(*) from page where rows_digest is null)::int as uncovered,
              (select last from edge) as last,
              (select coalesce(json_agg(json_build_object('record_id', record_id, 'kept', encode(kept, 'hex'), 'found', encode(found, 'hex'))), '[]')
                 from judged where kept <> found) as differing,
              (select coalesce(json_agg(stray), '[]') from stray) as strays`,
      [this.key, ...values],
    );
    const [row] = rows;
    if (!row) throw new Error('a look has a result');
    const changed = row.differing.flatMap(({ record_id, kept, found }) =>
      differingTables(tables, Buffer.from(kept, 'hex'), Buffer.from(found, 'hex')).map(
        (table): RowMismatch => ({ table, recordId: record_id, kind: 'changed' }),
      ),
    );
    const stray = row.strays.map(({ table, record_id }): RowMismatch => ({
      table,
      recordId: record_id,
      kind: 'stray',
    }));
    return {
      records: row.records,
      uncovered: row.uncovered,
      last: row.last,
      mismatches: [...changed, ...stray],
    };
  }
}
