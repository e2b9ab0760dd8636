import type { EventHeader } from '@probity/events';
import { encodeHeaders } from '@probity/events';
import type { SqlClient } from '../append.js';
import type { OutgoingRecord } from './relay-port.js';

/** One partition of one topic: the unit of order. */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
}

/** An outbox row with the record to send. */
export interface OutboxEntry {
  readonly position: string;
  readonly eventId: string;
  readonly record: OutgoingRecord;
}

/** A part of an event as the database hands it over: bytes, or the text that they are in UTF-8. */
type Part = Buffer | string;

interface OutboxRow {
  position: string;
  header: Part;
  skeleton: Part;
  sealed: Part | null;
  path: string;
  writer_key: string;
  signature: Buffer;
}

const AS_BYTES = 'e.header, e.skeleton, s.sealed';
// The client takes bytes as hexadecimal, twice their size, and takes it apart again; canonical JSON is text anyway.
const AS_TEXT = ['e.header', 'e.skeleton', 's.sealed']
  .map((column) => `convert_from(${column}, 'UTF8') AS ${column.slice(2)}`)
  .join(', ');
const NOT_TEXT = '22021';

const nextBy = (parts: string): string => `
SELECT o.position, ${parts}, e.path, b.writer_key, b.signature
FROM events.outbox o
JOIN events.event e USING (position)
JOIN events.batch b ON b.batch = e.batch
LEFT JOIN events.sealed_value s USING (position)
WHERE o.topic = $1 AND o.partition = $2 AND o.position <> ALL ($4) ORDER BY o.position LIMIT $3`;

/**
 * The oldest unsent events of a partition, in order, but those that are on their way already.
 *
 * It looks from the beginning each time and not after the last position: a transaction that took a low position may
 * commit late, and a later event of its stream must not overtake it.
 */
export async function nextOutboxEntries(
  client: SqlClient,
  lane: Lane,
  limit: number,
  onTheirWay: readonly string[] = [],
): Promise<OutboxEntry[]> {
  const values = [lane.topic, lane.partition, limit, onTheirWay];
  return (await rowsOf(client, nextBy, values)).map(toEntry);
}

/** Bytes that are no text come as they are: no writer of ours makes them, and nobody's may hold up a lane. */
async function rowsOf(
  client: SqlClient,
  statementBy: (parts: string) => string,
  values: unknown[],
): Promise<OutboxRow[]> {
  const ask = async (parts: string): Promise<OutboxRow[]> =>
    (await client.query(statementBy(parts), values)).rows as unknown as OutboxRow[];
  try {
    return await ask(AS_TEXT);
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_TEXT) throw error;
    return ask(AS_BYTES);
  }
}

/** Partitions that have something to send. */
export async function waitingPartitions(client: SqlClient): Promise<Lane[]> {
  // A loose index scan: one probe a partition, however long the outbox is.
  const { rows } = await client.query(`
    WITH RECURSIVE lane AS (
      (SELECT topic, partition FROM events.outbox ORDER BY topic, partition LIMIT 1)
      UNION ALL
      SELECT n.topic, n.partition FROM lane,
        LATERAL (SELECT o.topic, o.partition FROM events.outbox o
                 WHERE (o.topic, o.partition) > (lane.topic, lane.partition) ORDER BY o.topic, o.partition LIMIT 1) n
    ) SELECT topic, partition FROM lane`);
  return rows as unknown as Lane[];
}

/**
 * Forget sent events and remember how far the partition goes and which position each offset has, in one statement.
 *
 * @param firstOffset offset of the first of them; the others follow it without a gap
 */
export async function markPublished(
  client: SqlClient,
  lane: Lane,
  positions: readonly string[],
  firstOffset: bigint,
): Promise<void> {
  await client.query(
    `WITH gone AS (DELETE FROM events.outbox WHERE topic = $1 AND partition = $2 AND position = ANY ($3)),
     kept AS (INSERT INTO events.sent (topic, partition, first_offset, positions) VALUES ($1, $2, $4, $3) ON CONFLICT DO NOTHING)
     INSERT INTO events.published AS p (topic, partition, next_offset, is_released) VALUES ($1, $2, $5, false)
     ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(p.next_offset, excluded.next_offset), is_released = false`,
    [
      lane.topic,
      lane.partition,
      positions,
      String(firstOffset),
      String(firstOffset + BigInt(positions.length)),
    ],
  );
}

const atBy = (parts: string): string => `
SELECT e.position, ${parts}, e.path, b.writer_key, b.signature
FROM unnest($1::bigint[]) WITH ORDINALITY AS w(position, place)
JOIN events.event e USING (position)
JOIN events.batch b ON b.batch = e.batch
LEFT JOIN events.sealed_value s USING (position)
WHERE e.topic = $2 ORDER BY w.place`;

/** Events of a topic by position, in the order that was asked for; those that the store lacks are left out. */
export async function entriesAt(
  client: SqlClient,
  topic: string,
  positions: readonly number[],
): Promise<OutboxEntry[]> {
  return (await rowsOf(client, atBy, [positions, topic])).map(toEntry);
}

function toEntry(row: OutboxRow): OutboxEntry {
  const header = JSON.parse(row.header.toString()) as EventHeader;
  const headers = encodeHeaders(header, { keyId: row.writer_key, signature: row.signature, path: row.path });
  const value = valueOf(row.sealed ?? '{}', row.skeleton);
  const timestamp = String(Date.parse(header.time));
  return {
    position: row.position,
    eventId: header.id,
    record: { key: header.key, value, headers, timestamp },
  };
}

/** The stored parts are canonical already: put together, never parsed and rendered again. */
function valueOf(sealed: Part, skeleton: Part): Buffer {
  if (typeof sealed === 'string' && typeof skeleton === 'string')
    return Buffer.from(`{"sealed":${sealed},"skeleton":${skeleton}}`);
  return Buffer.concat(
    ['{"sealed":', sealed, ',"skeleton":', skeleton, '}'].map((part) => Buffer.from(part as string)),
  );
}
