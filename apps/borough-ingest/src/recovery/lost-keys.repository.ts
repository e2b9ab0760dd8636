import { Inject, Injectable } from '@nestjs/common';
import type { RecordedEvent } from '@probity/event-store';
import { readStreams } from '@probity/event-store';
import { IngestPool } from '../database/ingest-pool.js';

/** A record or group whose keyed hash the ingest has lost, with its first event. */
export interface LostKey {
  readonly id: string;
  readonly borough: string;
  readonly first: RecordedEvent;
}

/** Streams of records or groups: each has its own table of keyed hashes. */
export type LostKind = 'records' | 'groups';

const TABLES = {
  records: { table: 'ingest.row_key', id: 'record_id' },
  groups: { table: 'ingest.group_key', id: 'group_id' },
} as const;

const BLOCK = 200;

/**
 * The content of a row that was taken back is not known any more: a value that no content has, so that the row is told to
 * differ from what stands, and is never entered a second time.
 */
const UNKNOWN_CONTENT = Buffer.alloc(32);

/** Keyed hashes of the ingest that its log has outlived. They stand beside the log, so a backup brings back old ones. */
@Injectable()
export class LostKeysRepository {
  constructor(@Inject(IngestPool) private readonly pool: IngestPool) {}

  /** Records or groups of the boroughs without a keyed hash, some at a time. What is being erased needs none. */
  async *lost(kind: LostKind, boroughs: readonly string[]): AsyncGenerator<LostKey[]> {
    const { table, id } = TABLES[kind];
    const topics = boroughs.flatMap((borough) => [`matrix.${borough}`, `safeguarding.${borough}`]);
    for (let after = ''; ;) {
      const { rows } = await this.pool.query<{ stream: string }>(
        `SELECT s.stream FROM events.stream s
         WHERE s.stream > $1 AND starts_with(s.stream, $2) AND s.topic = ANY ($3) AND s.fenced_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM ${table} k WHERE k.${id} = split_part(s.stream, '/', 2)::uuid)
         ORDER BY s.stream LIMIT $4`,
        [after, `${kind}/`, topics, BLOCK],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield await this.#firstEvents(rows.map(({ stream }) => stream));
      after = last.stream;
    }
  }

  /** Remember under which key a row of each record is known. */
  async keepRows(borough: string, keys: ReadonlyMap<string, Buffer>): Promise<void> {
    await this.pool.query(
      `INSERT INTO ingest.row_key (borough, row_key, content_mac, record_id)
       SELECT $1, k.row_key, $2, k.record_id FROM unnest($3::bytea[], $4::uuid[]) AS k(row_key, record_id)
       ON CONFLICT DO NOTHING`,
      [borough, UNKNOWN_CONTENT, [...keys.values()], [...keys.keys()]],
    );
  }

  /** Remember under which key the name of each group is known. */
  async keepGroups(borough: string, keys: ReadonlyMap<string, Buffer>): Promise<void> {
    await this.pool.query(
      `INSERT INTO ingest.group_key (borough, name_key, group_id)
       SELECT $1, k.name_key, k.group_id FROM unnest($2::bytea[], $3::uuid[]) AS k(name_key, group_id)
       ON CONFLICT DO NOTHING`,
      [borough, [...keys.values()], [...keys.keys()]],
    );
  }

  async #firstEvents(streams: readonly string[]): Promise<LostKey[]> {
    const events = await readStreams(this.pool, streams);
    return [...events.values()].flatMap(([first]) =>
      first === undefined ? [] : [{ id: first.header.key, borough: boroughOf(first), first }],
    );
  }
}

function boroughOf({ header }: RecordedEvent): string {
  return header.topic.slice(header.topic.indexOf('.') + 1);
}
