import type { SqlClient } from '../append.js';
import type { Lane } from '../relay/outbox.js';

/**
 * Positions that the store remembers at offsets of a partition, in the order of the offsets; null where it remembers none.
 *
 * @param from first offset, inclusive
 * @param to last offset, exclusive
 */
export async function positionsSentAt(
  client: SqlClient,
  lane: Lane,
  from: bigint,
  to: bigint,
): Promise<(number | null)[]> {
  const { rows } = await client.query(
    `SELECT first_offset, positions FROM events.sent
     WHERE topic = $1 AND partition = $2 AND first_offset < $4 AND first_offset >= coalesce(
       (SELECT max(first_offset) FROM events.sent WHERE topic = $1 AND partition = $2 AND first_offset <= $3), $3)
     ORDER BY first_offset`,
    [lane.topic, lane.partition, String(from), String(to)],
  );
  const places = new Array<number | null>(Math.max(0, Number(to - from))).fill(null);
  for (const row of rows as unknown as { first_offset: string; positions: string[] }[]) {
    const start = Number(BigInt(row.first_offset) - from);
    row.positions.forEach((position, index) => {
      const place = start + index;
      if (place >= 0 && place < places.length) places[place] = Number(position);
    });
  }
  return places;
}
