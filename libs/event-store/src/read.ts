import type { EventHeader, SealedGroups, Skeleton } from '@probity/events';
import type { SqlClient } from './append.js';

/** One event of a stream as the store holds it. `sealed` is empty once the ciphertext has been deleted. */
export interface RecordedEvent {
  readonly position: string;
  readonly header: EventHeader;
  readonly skeleton: Skeleton;
  readonly sealed: SealedGroups;
}

interface EventRow {
  position: string;
  header: Buffer;
  skeleton: Buffer;
  sealed: Buffer | null;
}

const COLUMNS = 'e.position, e.header, e.skeleton, s.sealed';
const FROM = 'FROM events.event e LEFT JOIN events.sealed_value s USING (position)';

/** All events of some streams, each stream in version order. */
export async function readStreams(
  client: SqlClient,
  streams: readonly string[],
): Promise<Map<string, RecordedEvent[]>> {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} ${FROM} WHERE e.stream = ANY ($1) ORDER BY e.stream, e.version`,
    [streams],
  );
  const byStream = new Map<string, RecordedEvent[]>(streams.map((stream) => [stream, []]));
  for (const row of rows as unknown as EventRow[]) {
    const event = toEvent(row);
    byStream.get(event.header.subject)?.push(event);
  }
  return byStream;
}

/** Every event after a position, oldest first, `limit` at most. Positions have gaps; the order of one stream is kept. */
export async function readAfter(
  client: SqlClient,
  position: string,
  limit: number,
): Promise<RecordedEvent[]> {
  const { rows } = await client.query(
    `SELECT ${COLUMNS} ${FROM} WHERE e.position > $1 ORDER BY e.position LIMIT $2`,
    [position, limit],
  );
  return (rows as unknown as EventRow[]).map(toEvent);
}

function toEvent(row: EventRow): RecordedEvent {
  return {
    position: row.position,
    header: JSON.parse(row.header.toString('utf8')) as EventHeader,
    skeleton: JSON.parse(row.skeleton.toString('utf8')) as Skeleton,
    sealed: row.sealed ? (JSON.parse(row.sealed.toString('utf8')) as SealedGroups) : {},
  };
}
