import type { SqlClient } from '../append.js';
import type { Lane } from '../relay/outbox.js';
import type { OffsetMap } from './offset-map.js';
import { hashOfMap } from './offset-map.js';

/** A partition that was lost, or whose records moved, and was filled again. */
export interface TopicGeneration extends Lane {
  /** Random UUID, also of the stream that tells of it. */
  readonly id: string;
  /** 2 for the first loss. */
  readonly generation: number;
  /** Domain time, RFC 3339 UTC. */
  readonly startedAt: string;
  /** Records that the generation before had. */
  readonly oldNextOffset: number;
  /** Events that the new one begins with. */
  readonly events: number;
  readonly isIdentity: boolean;
  /** SHA-256 of the map from old offsets to new ones, hexadecimal. */
  readonly mapHash: string;
}

const COLUMNS = `g.id, g.topic, g.partition, g.generation,
  to_char(g.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "startedAt",
  g.old_next_offset::float8 AS "oldNextOffset", g.events::float8 AS events, g.is_identity AS "isIdentity",
  g.map_hash AS "mapHash"`;

/** What a generation begins with. */
export interface NewGeneration {
  readonly id: string;
  readonly startedAt: string;
  readonly oldNextOffset: bigint;
  readonly events: number;
  readonly map: OffsetMap;
}

/** The generation that a partition would begin now, or is being filled as. */
export async function nextGeneration(client: SqlClient, lane: Lane): Promise<number> {
  const { rows } = await client.query(
    `SELECT generation, is_filled FROM events.topic_generation WHERE topic = $1 AND partition = $2
     ORDER BY generation DESC LIMIT 1`,
    [lane.topic, lane.partition],
  );
  const last = rows[0] as { generation: number; is_filled: boolean } | undefined;
  if (!last) return 2;
  return last.is_filled ? last.generation + 1 : last.generation;
}

/**
 * Note that a partition begins anew; what a recovery that was broken off has noted stays as it is.
 *
 * @returns the number of the generation
 */
export async function startGeneration(client: SqlClient, lane: Lane, begun: NewGeneration): Promise<number> {
  const generation = await nextGeneration(client, lane);
  const { id, startedAt, oldNextOffset, events, map } = begun;
  await client.query(
    `INSERT INTO events.topic_generation
       (id, topic, partition, generation, started_at, old_next_offset, events, is_identity, map, map_hash, is_filled)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false)
     ON CONFLICT (topic, partition, generation) DO NOTHING`,
    [
      ...[id, lane.topic, lane.partition, generation, startedAt, String(oldNextOffset), events],
      ...[map.isIdentity, JSON.stringify(map.ranges), hashOfMap(map)],
    ],
  );
  return generation;
}

/** Note that a partition has everything again. @returns the generation that was being filled, if one was */
export async function endFilling(client: SqlClient, lane: Lane): Promise<number | null> {
  const { rows } = await client.query(
    `UPDATE events.topic_generation SET is_filled = true WHERE topic = $1 AND partition = $2 AND NOT is_filled
     RETURNING generation`,
    [lane.topic, lane.partition],
  );
  return (rows[0]?.['generation'] as number | undefined) ?? null;
}

/** Name of the stream that tells of a generation. */
export function generationStream(id: string): string {
  return `generations/${id}`;
}

/** Generations of which no event tells yet, in the order in which they began. */
export async function untoldGenerations(client: SqlClient): Promise<TopicGeneration[]> {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} FROM events.topic_generation g
     WHERE NOT EXISTS (SELECT 1 FROM events.stream s WHERE s.stream = 'generations/' || g.id)
     ORDER BY g.started_at, g.topic, g.partition`,
  );
  return rows as unknown as TopicGeneration[];
}
