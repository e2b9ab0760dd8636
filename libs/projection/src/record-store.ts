import type pg from 'pg';
import type { RecordProgress } from './version-guard.js';

interface RecordRow {
  record_id: string;
  topic: string;
  borough: string;
  version: number;
  event_hashes: Buffer;
}

/** Progress of a record with the word for what it is now. */
export interface RecordAdvance extends RecordProgress {
  readonly lifecycle: string;
}

/** The `record` table of one read model: record_id (primary key), topic, borough, lifecycle, version, event_hashes. */
export class RecordStore {
  constructor(private readonly schema: string) {}

  async load(client: pg.ClientBase, recordIds: readonly string[]): Promise<Map<string, RecordProgress>> {
    const { rows } = await client.query<RecordRow>(
      `select record_id, topic, borough, version, event_hashes from ${this.schema}.record where record_id = any($1::uuid[])`,
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
  async write(client: pg.ClientBase, records: ReadonlyMap<string, RecordAdvance>): Promise<boolean> {
    const rows = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
    const { rowCount } = await client.query(
      `insert into ${this.schema}.record as r (record_id, topic, borough, lifecycle, version, event_hashes)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[])
       on conflict (record_id) do update
          set lifecycle = excluded.lifecycle, version = excluded.version, event_hashes = excluded.event_hashes
        where excluded.version > r.version and excluded.topic = r.topic`,
      [
        rows.map(([id]) => id),
        rows.map(([, row]) => row.topic),
        rows.map(([, row]) => row.borough),
        rows.map(([, row]) => row.lifecycle),
        rows.map(([, row]) => row.version),
        rows.map(([, row]) => row.eventHashes),
      ],
    );
    return rowCount === rows.length;
  }
}
