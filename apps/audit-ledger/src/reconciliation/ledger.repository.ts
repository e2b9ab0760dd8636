import type pg from 'pg';
import type { AlarmCode } from '@probity/reconciliation';
import type { JudgedRecord } from './judge-record.js';
import type { Lane } from './lane.js';
import { laneName } from './lane.js';
import { EVENT_DIGEST } from './stored-event.js';

/** An offset that is not an event of the store, as it is kept. */
export interface FaultyRecord {
  readonly offset: bigint;
  readonly code: AlarmCode;
  readonly reason: string;
}

/** An event that is missing from where it was verified. */
export interface MissingEvent {
  readonly eventId: string;
  readonly stream: string | null;
  readonly version: number | null;
}

/** The first few of something, and how many there are. */
export interface Counted<T> {
  readonly first: readonly T[];
  readonly count: number;
}

interface LaneRow {
  lane: number;
  topic: string;
  partition: number;
  next_offset: string;
  duplicates: string;
  unseen: string;
}

const LANE = 'lane, topic, partition, next_offset, duplicates, unseen';

/** Judged records as a table `r`, from seven arrays of which the first is the parameter `$<first>`. */
function rowsFrom(first: number): string {
  const types = ['bigint', 'uuid', 'bigint', 'bytea', 'bytea', 'text', 'text'];
  const arrays = types.map((type, at) => `$${String(first + at)}::${type}[]`);
  return `unnest(${arrays.join(', ')}) AS r(topic_offset, event_id, position, digest, sealed_digest, fault, reason)`;
}

function rowArrays(records: readonly JudgedRecord[]): unknown[] {
  return [
    records.map(({ offset }) => String(offset)),
    records.map(({ eventId }) => eventId),
    records.map(({ copy }) => copy?.position ?? null),
    records.map(({ copy }) => copy?.digest ?? null),
    records.map(({ copy }) => copy?.sealedDigest ?? null),
    records.map(({ fault }) => fault?.code ?? null),
    records.map(({ fault }) => fault?.reason ?? null),
  ];
}

/** What has been verified: a row a lane and a row an offset. */
export class LedgerRepository {
  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly key: Buffer,
  ) {}

  /** Every lane that is known. */
  async lanes(): Promise<Map<string, Lane>> {
    const { rows } = await this.pool.query<LaneRow>(`SELECT ${LANE} FROM ledger.lane`);
    return new Map(rows.map((row) => [laneName(row), toLane(row)]));
  }

  /** Makes the lane of a partition that was not known before. */
  async addLane(topic: string, partition: number): Promise<Lane> {
    const { rows } = await this.pool.query<LaneRow>(
      `INSERT INTO ledger.lane AS l (topic, partition) VALUES ($1, $2)
       ON CONFLICT (topic, partition) DO UPDATE SET topic = l.topic RETURNING ${LANE}`,
      [topic, partition],
    );
    return toLane(rows[0] as LaneRow);
  }

  /**
   * Keeps what was judged from `lane.nextOffset` up to `next`, and moves the lane: both or neither.
   *
   * @returns false when another process has moved the lane meanwhile; nothing is kept then
   */
  async keep(lane: Lane, records: readonly JudgedRecord[], next: bigint): Promise<boolean> {
    const positions = records.flatMap(({ copy }) => copy?.position ?? []);
    const repeatedHere = positions.length - new Set(positions).size;
    const { rows } = await this.pool.query<{ duplicates: string }>(
      `WITH r AS (SELECT * FROM ${rowsFrom(5)}),
            moved AS (UPDATE ledger.lane SET next_offset = $3, duplicates = duplicates + $4 +
                (SELECT count(DISTINCT r.position) FROM r WHERE EXISTS (SELECT FROM ledger.record k WHERE k.position = r.position))
              WHERE lane = $1 AND next_offset = $2 RETURNING lane, duplicates),
            kept AS (INSERT INTO ledger.record (lane, topic_offset, event_id, position, digest, sealed_digest, fault, reason)
              SELECT moved.lane, r.* FROM moved, r)
       SELECT duplicates FROM moved`,
      [lane.id, String(lane.nextOffset), String(next), repeatedHere, ...rowArrays(records)],
    );
    const [moved] = rows;
    if (!moved) return false;
    lane.nextOffset = next;
    lane.duplicates = Number(moved.duplicates);
    return true;
  }

  /** Judges offsets again that were faulty. */
  async correct(lane: Lane, records: readonly JudgedRecord[]): Promise<void> {
    await this.pool.query(
      `UPDATE ledger.record k SET event_id = r.event_id, position = r.position, digest = r.digest, sealed_digest = r.sealed_digest,
              fault = r.fault, reason = r.reason
         FROM ${rowsFrom(2)} WHERE k.lane = $1 AND k.topic_offset = r.topic_offset`,
      [lane.id, ...rowArrays(records)],
    );
  }

  /** Goes on behind offsets that were removed before they were verified. */
  async skip(lane: Lane, to: bigint): Promise<void> {
    const unseen = Number(to - lane.nextOffset);
    await this.pool.query(
      'UPDATE ledger.lane SET next_offset = $2, unseen = unseen + $3 WHERE lane = $1 AND next_offset < $2',
      [lane.id, String(to), unseen],
    );
    lane.nextOffset = to;
    lane.unseen += unseen;
  }

  /** Forgets a lane whose topic has been replaced: it is verified again from its beginning. */
  async restart(lane: Lane): Promise<void> {
    await this.pool.query(
      `WITH gone AS (DELETE FROM ledger.record WHERE lane = $1)
       UPDATE ledger.lane SET next_offset = 0, duplicates = 0, unseen = 0 WHERE lane = $1`,
      [lane.id],
    );
    Object.assign(lane, { nextOffset: 0n, duplicates: 0, unseen: 0 });
  }

  /** Event id that was read at an offset; undefined when the offset was never read, null when it held no event. */
  async eventAt(lane: Lane, offset: bigint): Promise<string | null | undefined> {
    const { rows } = await this.pool.query<{ event_id: string | null }>(
      'SELECT event_id FROM ledger.record WHERE lane = $1 AND topic_offset = $2',
      [lane.id, String(offset)],
    );
    return rows[0]?.event_id;
  }

  /** Faulty offsets of a lane from an offset on, in order. */
  async faults(lane: Lane, from: bigint, limit: number): Promise<FaultyRecord[]> {
    const { rows } = await this.pool.query<{ topic_offset: string; fault: AlarmCode; reason: string }>(
      `SELECT topic_offset, fault, reason FROM ledger.record
        WHERE lane = $1 AND topic_offset >= $2 AND fault IS NOT NULL ORDER BY topic_offset LIMIT $3`,
      [lane.id, String(from), limit],
    );
    return rows.map((row) => ({ offset: BigInt(row.topic_offset), code: row.fault, reason: row.reason }));
  }

  /** Lanes with a faulty offset. */
  async faultyLanes(): Promise<number[]> {
    const { rows } = await this.pool.query<{ lane: number }>(
      'SELECT DISTINCT lane FROM ledger.record WHERE fault IS NOT NULL',
    );
    return rows.map(({ lane }) => lane);
  }

  /** Events verified at `[from, to)` of a lane that stand at no other offset of it within `kept`. */
  async missing(
    lane: Lane,
    [from, to]: readonly [bigint, bigint],
    kept: readonly [bigint, bigint],
    limit: number,
  ): Promise<Counted<MissingEvent>> {
    const { rows } = await this.pool.query<{ event_id: string; stream: string | null; version: number | null; total: string }>(
      `SELECT r.event_id, e.stream, e.version, count(*) OVER () AS total
         FROM ledger.record r LEFT JOIN events.event e USING (position)
        WHERE r.lane = $1 AND r.topic_offset >= $2 AND r.topic_offset < $3 AND r.position IS NOT NULL
          AND NOT EXISTS (SELECT FROM ledger.record o WHERE o.position = r.position AND o.lane = r.lane
                             AND o.topic_offset >= $4 AND o.topic_offset < $5)
        ORDER BY r.topic_offset LIMIT $6`,
      [lane.id, String(from), String(to), String(kept[0]), String(kept[1]), limit],
    ); // prettier-ignore
    const first = rows.map(({ event_id, stream, version }) => ({ eventId: event_id, stream, version }));
    return { first, count: Number(rows[0]?.total ?? 0) };
  }

  /** Finds events again that stand at another position of the store with the same bytes, as after they were taken back. */
  async rehome(eventIds: readonly string[]): Promise<Set<string>> {
    if (eventIds.length === 0) return new Set();
    const { rows } = await this.pool.query<{ event_id: string }>(
      `UPDATE ledger.record r SET position = e.position
         FROM events.event e JOIN events.batch b ON b.batch = e.batch
        WHERE e.event_id = ANY ($2::uuid[]) AND r.event_id = e.event_id AND r.position <> e.position AND r.digest = ${EVENT_DIGEST}
       RETURNING r.event_id`,
      [this.key, eventIds],
    );
    return new Set(rows.map(({ event_id }) => event_id));
  }
}

function toLane(row: LaneRow): Lane {
  return {
    id: row.lane,
    topic: row.topic,
    partition: row.partition,
    nextOffset: BigInt(row.next_offset),
    duplicates: Number(row.duplicates),
    unseen: Number(row.unseen),
  };
}
