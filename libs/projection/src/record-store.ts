import type pg from 'pg';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';
import { digestedRows, rowsDigest } from './rows-digest.js';
import type { Column } from './unnest-rows.js';
import type { RecordProgress } from './version-guard.js';

interface RecordRow {
  record_id: string;
  topic: string;
  borough: string;
  version: number;
  event_hashes: Buffer;
}

/** Progress of a record with what it has come to. */
export interface RecordAdvance<S extends RecordState> extends RecordProgress {
  readonly state: S;
}

/**
 * The `record` table of one read model: record_id (primary key), topic, borough, lifecycle, version, event_hashes, its own columns,
 * and rows_digest, which covers all rows of the record in all tables.
 */
export class RecordStore<S extends RecordState> {
  readonly #schema: string;
  readonly #insert: string;
  readonly #own: readonly Column<S>[];

  /** @param key key of the digests, 32 bytes; without it none is written, and rows are not covered */
  constructor(
    definition: Pick<ProjectionDefinition<S>, 'schema' | 'tables' | 'recordColumns'>,
    private readonly key?: Buffer,
  ) {
    const { schema, recordColumns = [] } = definition;
    this.#schema = schema;
    this.#own = recordColumns;
    const own = recordColumns.map(({ name }) => name);
    const columns = ['record_id, topic, borough, lifecycle, version, event_hashes', ...own].join(', ');
    const arrays = recordColumns.map(({ type }, index) => `$${String(index + 7)}::${type}[]`);
    const kept = (name: string): string =>
      `coalesce(u.${name}, (select r.${name} from ${schema}.record r where r.record_id = u.record_id)) as ${name}`;
    const updates = ['borough', 'lifecycle', 'version', 'event_hashes', ...own];
    const digest = key && rowsDigest(digestedRows(definition), 'n', `$${String(own.length + 7)}`);
    const set = [...updates, ...(digest ? ['rows_digest'] : [])].map((name) => `${name} = excluded.${name}`);
    this.#insert = `
      with n as (
        select ${['u.record_id, u.topic, u.borough, u.lifecycle, u.version, u.event_hashes', ...own.map(kept)].join(', ')}
          from unnest(${['$1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[]', ...arrays].join(', ')}) as u(${columns}))
      insert into ${schema}.record as r (${columns}${digest ? ', rows_digest' : ''})
      select ${columns}${digest ? `, ${digest}` : ''} from n
      on conflict (record_id) do update set ${set.join(', ')}
       where excluded.version > r.version and excluded.topic = r.topic`;
  }

  async load(client: pg.ClientBase, recordIds: readonly string[]): Promise<Map<string, RecordProgress>> {
    const { rows } = await client.query<RecordRow>(
      `select record_id, topic, borough, version, event_hashes from ${this.#schema}.record where record_id = any($1::uuid[])`,
      [recordIds],
    );
    return new Map(
      rows.map((row) => [
        row.record_id,
        { topic: row.topic, borough: row.borough, version: row.version, eventHashes: row.event_hashes },
      ]),
    );
  }

  /**
   * Writes progress, never backwards and never across topics, after the rows of all other tables: their digest is taken here.
   * Returns false when a row was refused: the round must be undone.
   */
  async write(client: pg.ClientBase, records: ReadonlyMap<string, RecordAdvance<S>>): Promise<boolean> {
    const rows = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
    const { rowCount } = await client.query(this.#insert, [
      rows.map(([id]) => id),
      rows.map(([, row]) => row.topic),
      rows.map(([, row]) => row.borough),
      rows.map(([, row]) => row.state.lifecycle),
      rows.map(([, row]) => row.version),
      rows.map(([, row]) => row.eventHashes),
      ...this.#own.map((column) => rows.map(([, row]) => column.of(row.state))),
      ...(this.key ? [this.key] : []),
    ]);
    return rowCount === rows.length;
  }
}
