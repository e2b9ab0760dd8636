import type { SqlClient } from '../append.js';
import { PositionSet } from './position-set.js';

const SCAN = 20_000;
const LOOK_UP = 1_000;

/** Positions of all events of some topics that do not wait in the outbox: they were sent, so their topic must hold them. */
export async function sentPositions(client: SqlClient, topics: readonly string[]): Promise<PositionSet> {
  const sent = new PositionSet();
  let after: number | undefined = 0;
  while (after !== undefined) {
    const { rows } = await client.query(
      `SELECT e.position::float8 AS position FROM events.event e
       WHERE e.topic = ANY ($1) AND e.position > $2
         AND NOT EXISTS (SELECT 1 FROM events.outbox o WHERE o.topic = e.topic AND o.position = e.position)
       ORDER BY e.position LIMIT $3`,
      [topics, after, SCAN],
    );
    const found = rows.map((row) => row['position'] as number);
    for (const position of found) sent.add(position);
    after = found.at(-1);
  }
  return sent;
}

/** Positions by lane, `<topic>/<partition>`, rising. */
export async function placesOf(
  client: SqlClient,
  positions: Iterable<number>,
  partitionOf: (topic: string, key: string) => number,
): Promise<Map<string, number[]>> {
  const lanes = new Map<string, number[]>();
  const lookUp = async (wanted: readonly number[]): Promise<void> => {
    const { rows } = await client.query(
      'SELECT position::float8 AS position, topic, key FROM events.event WHERE position = ANY ($1) ORDER BY position',
      [wanted],
    );
    for (const row of rows as unknown as { position: number; topic: string; key: string }[]) {
      const lane = `${row.topic}/${String(partitionOf(row.topic, row.key))}`;
      const known = lanes.get(lane);
      if (known) known.push(row.position);
      else lanes.set(lane, [row.position]);
    }
  };
  let wanted: number[] = [];
  for (const position of positions) {
    wanted.push(position);
    if (wanted.length < LOOK_UP) continue;
    await lookUp(wanted);
    wanted = [];
  }
  if (wanted.length > 0) await lookUp(wanted);
  return lanes;
}
