import type pg from 'pg';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';
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

/** The `record` table of one read model: record_id (primary key), topic, borough, lifecycle, version, event_hashes, and its own columns. */
export class RecordStore<S extends RecordState> {
  readonly #schema: string;
  readonly #insert: string;
  readonly #own: readonly Column<S>[];

  constructor({ schema, recordColumns = [] }: Pick<ProjectionDefinition<S>, 'schema' | 'recordColumns'>) {
    this.#schema = schema;
    this.#own = recordColumns;
    const names = recordColumns.map(({ name }) => name);
    const arrays = recordColumns.map(({ type }, index) => `$${String(index + 7)}::${type}[]`);
    const updates = names.map((name) => `, ${name} = coalesce(excluded.${name}, r.${name})`);
    this.#insert = `
      insert into ${schema}.record as r (${['record_id, topic, borough, lifecycle, version, event_hashes', ...names].join(', ')})
      select * from unnest(${['$1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[]', ...arrays].join(', ')})
      on conflict (record_id) do update
         set lifecycle = excluded.lifecycle, version = excluded.version, event_hashes = excluded.event_hashes${updates.join('')}
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

  /** Writes progress, never backwards and never across topics. Returns false when a row was refused: the round must be undone. */
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
    ]);
    return rowCount === rows.length;
  }
}
