import type pg from 'pg';
import type { ProjectedPartition } from './checkpoint-store.js';
import { placesOf } from './parked-acts.js';
import type { ParkedActs } from './parked-acts.js';
import { keyOf, nameOf } from './parked-event.js';
import type { ParkedEvent, ParkedKind } from './parked-event.js';
import type { FaultCode, LogPosition } from './projection-fault.js';
import { insertRows } from './unnest-rows.js';
import type { Column } from './unnest-rows.js';

/** A parked position as it stands in the table. */
export interface ParkedRow extends ParkedEvent {
  /** Domain time at which it was parked, RFC 3339 UTC. */
  readonly firstSeen: string;
}

/** A record in the partition where its events lie. */
export interface ParkedKey extends ProjectedPartition {
  readonly recordId: string;
}

/** A parked record by the event that it waits for, or a rejected position. */
export interface ParkedHead extends ParkedRow {
  /** Further events of the record that wait. */
  readonly behind: number;
}

/** How much is parked. */
export interface ParkedCounts {
  /** Records of which an event waits. */
  readonly keys: number;
  readonly rejected: number;
  /** When the oldest of all was parked, RFC 3339 UTC; null when nothing is. */
  readonly oldest: string | null;
}

interface Row {
  topic: string;
  partition: number;
  topic_offset: string;
  record_id: string | null;
  kind: ParkedKind;
  code: FaultCode;
  reason: string;
  event_id: string | null;
  event_type: string | null;
  version: string | null;
  first_seen: Date;
  behind?: number;
}

const COLUMNS: readonly Column<ParkedRow>[] = [
  { name: 'topic', type: 'text', of: (row) => row.position.topic },
  { name: 'partition', type: 'integer', of: (row) => row.position.partition },
  { name: 'topic_offset', type: 'bigint', of: (row) => row.position.offset.toString() },
  { name: 'record_id', type: 'uuid', of: (row) => row.recordId },
  { name: 'kind', type: 'text', of: (row) => row.kind },
  { name: 'code', type: 'text', of: (row) => row.code },
  { name: 'reason', type: 'text', of: (row) => row.reason },
  { name: 'event_id', type: 'uuid', of: (row) => row.eventId },
  { name: 'event_type', type: 'text', of: (row) => row.type },
  { name: 'version', type: 'bigint', of: (row) => row.version },
  { name: 'first_seen', type: 'timestamptz', of: (row) => row.firstSeen },
];
const NAMES = COLUMNS.map((column) => column.name).join(', ');
const WAITS = "kind <> 'REJECTED'";

type Queryable = pg.ClientBase | pg.Pool;

/**
 * The `parked` table of one read model: one row for each position that was not applied, keyed by topic, partition and offset. Rows
 * come and go only in transactions that hold the row of their partition's checkpoint, so whoever holds it sees them as they are.
 */
export class ParkedStore {
  readonly #table: string;
  readonly #acts: ParkedActs;

  constructor(schema: string, acts: ParkedActs) {
    this.#table = `${schema}.parked`;
    this.#acts = acts;
  }

  /** Those of the records that have an event waiting, named by {@link keyOf}. */
  async waiting(client: Queryable, recordIds: readonly string[]): Promise<Set<string>> {
    if (recordIds.length === 0) return new Set();
    const { rows } = await client.query<{ topic: string; record_id: string }>(
      `select distinct topic, record_id from ${this.#table} where record_id = any($1::uuid[]) and ${WAITS}`,
      [recordIds],
    );
    return new Set(rows.map((row) => keyOf(row.topic, row.record_id)));
  }

  /** Parks positions. One that a person has discarded stays so in every generation, unless it is rejected no longer. */
  async add(client: pg.ClientBase, events: readonly ParkedEvent[], firstSeen: string): Promise<void> {
    const rejected = events.filter(({ kind }) => kind === 'REJECTED').map(({ position }) => position);
    const discarded = await this.#acts.discarded(client, rejected);
    const rows = events
      .filter(({ kind, position }) => kind !== 'REJECTED' || !discarded.has(nameOf(position)))
      .map((event) => ({ ...event, firstSeen }));
    const key = ['topic', 'partition', 'topic_offset'];
    await insertRows(client, { table: this.#table, key, columns: COLUMNS, onConflict: 'fail' }, rows);
  }

  /**
   * What is parked under a key: at most `limit` events that wait, in the order of their versions, and as many rejected positions
   * that claim it, so that no number of forged ones hides an event.
   */
  async ofKey(client: Queryable, key: ParkedKey, limit: number): Promise<ParkedRow[]> {
    const here = 'record_id = $1 and topic = $2 and partition = $3';
    const { rows } = await client.query<Row>(
      `(select ${NAMES} from ${this.#table} where ${here} and ${WAITS} order by version, topic_offset limit $4)
        union all
       (select ${NAMES} from ${this.#table} where ${here} and not ${WAITS} order by topic_offset limit $4)`,
      [key.recordId, key.topic, key.partition, limit],
    );
    return rows.map(rowOf);
  }

  /** How many events wait under a key. */
  async waitingOf(client: Queryable, key: ParkedKey): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from ${this.#table}
        where record_id = $1 and topic = $2 and partition = $3 and ${WAITS}`,
      [key.recordId, key.topic, key.partition],
    );
    return rows[0]?.count ?? 0;
  }

  /** Whether a key waits for an event that has not come. */
  async isMissing(client: Queryable, key: ParkedKey): Promise<boolean> {
    const { rowCount } = await client.query(
      `select from ${this.#table} where record_id = $1 and topic = $2 and partition = $3 and code = 'GAP' limit 1`,
      [key.recordId, key.topic, key.partition],
    );
    return rowCount === 1;
  }

  /** The keys under which something of a record is parked: one, unless somebody claims it in another topic. */
  async keysOf(client: Queryable, recordId: string): Promise<ParkedKey[]> {
    const { rows } = await client.query<{ topic: string; partition: number }>(
      `select distinct topic, partition from ${this.#table} where record_id = $1 order by topic, partition`,
      [recordId],
    );
    return rows.map((row) => ({ ...row, recordId }));
  }

  /** What is parked at a position, if it is. */
  async at(client: Queryable, { topic, partition, offset }: LogPosition): Promise<ParkedRow | null> {
    const { rows } = await client.query<Row>(
      `select ${NAMES} from ${this.#table} where topic = $1 and partition = $2 and topic_offset = $3`,
      [topic, partition, offset.toString()],
    );
    return rows[0] ? rowOf(rows[0]) : null;
  }

  /** Parked records and rejected positions behind `after`, in the order of their positions. */
  async heads(client: Queryable, after: LogPosition | null, limit: number): Promise<ParkedHead[]> {
    const { rows } = await client.query<Row>(
      `select * from (
         (select distinct on (topic, partition, record_id) ${NAMES},
                 (count(*) over (partition by topic, partition, record_id))::int - 1 as behind
            from ${this.#table} where ${WAITS}
           order by topic, partition, record_id, kind = 'BEHIND', topic_offset)
          union all
         (select ${NAMES}, 0 from ${this.#table} where not ${WAITS})) as head
        where $2::text is null or (topic, partition, topic_offset) > ($2, $3::int, $4::bigint)
        order by topic, partition, topic_offset limit $1`,
      [limit, after?.topic ?? null, after?.partition ?? null, after?.offset.toString() ?? null],
    );
    return rows.map((row) => ({ ...rowOf(row), behind: row.behind ?? 0 }));
  }

  async counts(client: Queryable): Promise<ParkedCounts> {
    const { rows } = await client.query<{ keys: number; rejected: number; oldest: Date | null }>(
      `select (count(distinct (topic, record_id)) filter (where ${WAITS}))::int as keys,
              (count(*) filter (where not ${WAITS}))::int as rejected, min(first_seen) as oldest from ${this.#table}`,
    );
    const [row] = rows;
    return {
      keys: row?.keys ?? 0,
      rejected: row?.rejected ?? 0,
      oldest: row?.oldest?.toISOString() ?? null,
    };
  }

  /** Takes positions away. Returns false when one was not there: the transaction must be undone. */
  async remove(client: pg.ClientBase, positions: readonly LogPosition[]): Promise<boolean> {
    if (positions.length === 0) return true;
    const { rowCount } = await client.query(
      `delete from ${this.#table} p using unnest($1::text[], $2::int[], $3::bigint[]) as d(topic, partition, topic_offset)
        where p.topic = d.topic and p.partition = d.partition and p.topic_offset = d.topic_offset`,
      placesOf(positions),
    );
    return rowCount === positions.length;
  }

  /** Says afresh why positions are parked. Returns false when one was not there: the transaction must be undone. */
  async restate(client: pg.ClientBase, events: readonly ParkedEvent[]): Promise<boolean> {
    if (events.length === 0) return true;
    const { rowCount } = await client.query(
      `update ${this.#table} p set kind = s.kind, code = s.code, reason = s.reason, event_id = s.event_id,
              event_type = s.event_type, version = s.version
         from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::bigint[])
              as s(topic, partition, topic_offset, kind, code, reason, event_id, event_type, version)
        where p.topic = s.topic and p.partition = s.partition and p.topic_offset = s.topic_offset`,
      [
        ...placesOf(events.map((event) => event.position)),
        events.map((event) => event.kind),
        events.map((event) => event.code),
        events.map((event) => event.reason),
        events.map((event) => event.eventId),
        events.map((event) => event.type),
        events.map((event) => event.version),
      ],
    );
    return rowCount === events.length;
  }
}

function rowOf(row: Row): ParkedRow {
  return {
    position: { topic: row.topic, partition: row.partition, offset: BigInt(row.topic_offset) },
    recordId: row.record_id,
    kind: row.kind,
    code: row.code,
    reason: row.reason,
    eventId: row.event_id,
    type: row.event_type,
    version: row.version === null ? null : Number(row.version),
    firstSeen: row.first_seen.toISOString(),
  };
}
