import type { SqlClient } from '../append.js';
import type { Lane } from './outbox.js';
import { markPublished } from './outbox.js';
import type { RelayLog } from './relay-port.js';

/** A partition and the store disagree in a way that the relay must not paper over. */
export class LaneFault extends Error {
  override readonly name = 'LaneFault';
}

/**
 * Drop from the outbox what a predecessor has sent already, by reading the partition from the highest offset that the
 * store has recorded to its end.
 *
 * @throws LaneFault when the topic holds events that the store does not know (an old backup was restored), or ends
 *   before the recorded offset (the topic was lost).
 */
export async function checkTail(client: SqlClient, log: RelayLog, lane: Lane): Promise<void> {
  const { rows } = await client.query(
    'SELECT next_offset FROM events.published WHERE topic = $1 AND partition = $2',
    [lane.topic, lane.partition],
  );
  const recorded = BigInt((rows[0]?.['next_offset'] as string | undefined) ?? '0');
  const end = await log.endOffset(lane.topic, lane.partition);
  if (end < recorded) {
    throw new LaneFault(
      `${lane.topic} ends at ${String(end)}, but the store has recorded events up to ${String(recorded)}`,
    );
  }
  if (end === recorded) return;
  const sent: string[] = [];
  for await (const record of log.read(lane.topic, lane.partition, recorded, end)) {
    const id = record.headers['ce_id'];
    if (id !== undefined) sent.push(id.toString());
  }
  await dropSent(client, lane, sent, end);
}

async function dropSent(
  client: SqlClient,
  lane: Lane,
  eventIds: readonly string[],
  end: bigint,
): Promise<void> {
  const { rows } = await client.query(
    'SELECT event_id, position FROM events.event WHERE event_id = ANY ($1)',
    [eventIds],
  );
  const known = new Map(rows.map((row) => [row['event_id'] as string, row['position'] as string]));
  const unknown = eventIds.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new LaneFault(
      `${lane.topic} holds the event ${unknown}, which the store does not know: the topic is ahead of the store`,
    );
  }
  await markPublished(client, lane, [...known.values()], end);
}
