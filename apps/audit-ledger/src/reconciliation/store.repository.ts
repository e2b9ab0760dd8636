import type pg from 'pg';
import { EVENT_DIGEST, SEALED_DIGEST } from './stored-event.js';
import type { StoredCopy } from './stored-event.js';

/** Something between two positions where the store and what was verified are not the same. */
export interface Difference {
  /** `gone`: verified and no longer there; `changed`: other bytes; `uncovered`: there and never verified in a topic. */
  readonly state: 'gone' | 'changed' | 'uncovered';
  readonly position: string;
  readonly eventId: string;
  /** Null when the event is gone. */
  readonly stream: string | null;
  readonly version: number | null;
  readonly topic: string | null;
  /** Where it was verified; null when it never was. */
  readonly lane: number | null;
  readonly offset: bigint | null;
}

interface CopyRow {
  event_id: string;
  position: string;
  header_hash: Buffer;
  value_hash: Buffer;
  path: string;
  writer_key: string;
  signature: Buffer;
  is_erased: boolean;
  digest: Buffer;
  sealed_digest: Buffer | null;
}

interface DifferenceRow {
  state: Difference['state'];
  position: string;
  event_id: string;
  stream: string | null;
  version: number | null;
  topic: string | null;
  lane: number | null;
  topic_offset: string | null;
}

// The relay publishes these bytes: `{"sealed":…,"skeleton":…}` with the stored parts as they are.
const VALUE = `convert_to('{"sealed":', 'UTF8') || coalesce(s.sealed, convert_to('{}', 'UTF8')) || convert_to(',"skeleton":', 'UTF8')
  || e.skeleton || convert_to('}', 'UTF8')`;

/** How many differences of one window are brought out of the database; more are as bad. */
const DIFFERENCES = 1_000;

/** What the event store holds, read by a role that can change nothing in it. */
export class StoreRepository {
  /** @param key 32 bytes that only this process has: digests under it cannot be made by whoever edits a row */
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly key: Buffer,
  ) {}

  /** The copies of some events, by event id. */
  async copies(eventIds: readonly string[]): Promise<Map<string, StoredCopy>> {
    if (eventIds.length === 0) return new Map();
    const { rows } = await this.pool.query<CopyRow>(
      `SELECT e.event_id, e.position, sha256(e.header) AS header_hash, sha256(${VALUE}) AS value_hash, e.path, b.writer_key, b.signature,
              ${EVENT_DIGEST} AS digest, ${SEALED_DIGEST} AS sealed_digest,
              s.sealed IS NULL AND EXISTS (SELECT FROM events.stream f WHERE f.stream = e.stream AND f.fenced_at IS NOT NULL) AS is_erased
         FROM events.event e JOIN events.batch b ON b.batch = e.batch LEFT JOIN events.sealed_value s USING (position)
        WHERE e.event_id = ANY ($2::uuid[])`,
      [this.key, eventIds],
    );
    return new Map(rows.map((row) => [row.event_id, toCopy(row)]));
  }

  /** Highest position that is in the store or was verified. */
  async lastPosition(): Promise<bigint> {
    const { rows } = await this.pool.query<{ last: string }>(
      `SELECT greatest((SELECT max(position) FROM events.event), (SELECT max(position) FROM ledger.record), 0) AS last`,
    );
    return BigInt(rows[0]?.last ?? '0');
  }

  /** Where header, skeleton or proof of the events with `from < position <= to` differ from what was verified. */
  differences(from: bigint, to: bigint): Promise<Difference[]> {
    return this.#differences(
      `WITH e AS (SELECT e.position, e.event_id, e.stream, e.version, e.topic, ${EVENT_DIGEST} AS digest
                    FROM events.event e LEFT JOIN events.batch b ON b.batch = e.batch WHERE e.position > $2 AND e.position <= $3),
            r AS (SELECT lane, topic_offset, event_id, position, digest FROM ledger.record WHERE position > $2 AND position <= $3)
       SELECT CASE WHEN e.position IS NULL THEN 'gone' WHEN r.position IS NULL THEN 'uncovered' ELSE 'changed' END AS state,
              coalesce(e.position, r.position) AS position, coalesce(e.event_id, r.event_id) AS event_id,
              e.stream, e.version, e.topic, r.lane, r.topic_offset
         FROM e FULL JOIN r USING (position) WHERE e.digest IS DISTINCT FROM r.digest
        ORDER BY 2 LIMIT ${String(DIFFERENCES)}`,
      from,
      to,
    );
  }

  /** Where the ciphertext of those events differs; it may be gone when its stream is fenced. */
  sealedDifferences(from: bigint, to: bigint): Promise<Difference[]> {
    return this.#differences(
      `SELECT CASE WHEN s.sealed IS NULL THEN 'gone' ELSE 'changed' END AS state, e.position, e.event_id, e.stream, e.version, e.topic,
              r.lane, r.topic_offset
         FROM ledger.record r JOIN events.event e USING (position) LEFT JOIN events.sealed_value s USING (position)
        WHERE r.position > $2 AND r.position <= $3 AND r.fault IS NULL AND ${SEALED_DIGEST} IS DISTINCT FROM r.sealed_digest
          AND NOT (s.sealed IS NULL AND EXISTS (SELECT FROM events.stream f WHERE f.stream = e.stream AND f.fenced_at IS NOT NULL))
        ORDER BY e.position LIMIT ${String(DIFFERENCES)}`,
      from,
      to,
    );
  }

  /** Which of some events have never been verified in a topic and do not wait in the outbox. */
  async unaccounted(positions: readonly string[]): Promise<Set<string>> {
    if (positions.length === 0) return new Set();
    const { rows } = await this.pool.query<{ position: string }>(
      `SELECT p AS position FROM unnest($1::bigint[]) AS p
        WHERE p NOT IN (SELECT position FROM ledger.record WHERE position = ANY ($1::bigint[]))
          AND p NOT IN (SELECT position FROM events.outbox WHERE position = ANY ($1::bigint[]))
          AND p IN (SELECT position FROM events.event WHERE position = ANY ($1::bigint[]))`,
      [positions],
    );
    return new Set(rows.map(({ position }) => position));
  }

  /** Whether the store has an event of a topic that was never verified and does not wait to be published. */
  async hasUnaccounted(topic: string): Promise<boolean> {
    const { rows } = await this.pool.query(
      `SELECT FROM events.event e WHERE e.topic = $1
          AND NOT EXISTS (SELECT FROM ledger.record r WHERE r.position = e.position)
          AND NOT EXISTS (SELECT FROM events.outbox o WHERE o.topic = e.topic AND o.position = e.position) LIMIT 1`,
      [topic],
    );
    return rows.length > 0;
  }

  async #differences(sql: string, from: bigint, to: bigint): Promise<Difference[]> {
    const { rows } = await this.pool.query<DifferenceRow>(sql, [this.key, String(from), String(to)]);
    return rows.map((row) => ({
      state: row.state,
      position: row.position,
      eventId: row.event_id,
      stream: row.stream,
      version: row.version,
      topic: row.topic,
      lane: row.lane,
      offset: row.topic_offset === null ? null : BigInt(row.topic_offset),
    }));
  }
}

function toCopy(row: CopyRow): StoredCopy {
  return {
    eventId: row.event_id,
    position: row.position,
    headerHash: row.header_hash,
    valueHash: row.value_hash,
    path: row.path,
    writerKey: row.writer_key,
    signature: row.signature,
    isErased: row.is_erased,
    digest: row.digest,
    sealedDigest: row.sealed_digest,
  };
}
