import { encodePath, rootFromPath } from '@probity/events';
import type { SqlClient } from '../append.js';
import type { Lane } from '../relay/outbox.js';
import type { RefusedRecord, TopicEvent } from './topic-event.js';

/** Which events of a block the store can take, in the order of the topic, and which it cannot. */
export interface Admission {
  readonly admitted: readonly TopicEvent[];
  readonly refused: readonly RefusedRecord[];
}

interface StreamVersions {
  /** `<stream>@<version>` of what the store holds beside or before the block. */
  readonly stored: ReadonlySet<string>;
  /** The same of what a recovery that changes nothing would have taken before. */
  readonly planned: Set<string>;
}

const place = (stream: string, version: number): string => `${stream}@${String(version)}`;

/**
 * Decide which unknown events continue or fill the streams of the store: each needs the version before it, and a version
 * that nobody else has.
 */
export function admit(events: readonly TopicEvent[], { stored, planned }: StreamVersions): Admission {
  const admitted: TopicEvent[] = [];
  const refused: RefusedRecord[] = [];
  for (const item of events) {
    const { subject, streamversion } = item.event.header;
    const here = place(subject, streamversion);
    const before = place(subject, streamversion - 1);
    const refuse = (reason: string): void => void refused.push({ offset: Number(item.offset), reason });
    if (stored.has(here) || planned.has(here))
      refuse('the store has another event of its stream and version');
    else if (streamversion > 1 && !stored.has(before) && !planned.has(before))
      refuse('the version before it is neither in the store nor in the topic');
    else {
      planned.add(here);
      admitted.push(item);
    }
  }
  return { admitted, refused };
}

/** What the store holds at the versions of some events and at those before them. */
export async function versionsAround(
  client: SqlClient,
  events: readonly TopicEvent[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query(
    `SELECT e.stream, e.version FROM unnest($1::text[], $2::integer[]) AS w(stream, version)
     JOIN events.event e ON e.stream = w.stream AND e.version IN (w.version, w.version - 1)`,
    [events.map(({ event }) => event.header.subject), events.map(({ event }) => event.header.streamversion)],
  );
  return new Set(rows.map((row) => place(row['stream'] as string, row['version'] as number)));
}

const CALL = `SELECT events.take_back(${Array.from({ length: 16 }, (_, at) => `$${String(at + 1)}`).join(',')}) AS positions`;

/**
 * Store events of one lane again, as they were signed.
 *
 * @param known positions that the store remembers for them; null where it remembers none
 * @returns their positions, in their order
 * @throws the database's error when the store has changed since they were admitted: nothing of the block is stored then
 */
export async function takeBack(
  client: SqlClient,
  lane: Lane,
  events: readonly TopicEvent[],
  known: readonly (number | null)[],
): Promise<string[]> {
  const { batches, numbers } = batchesOf(events);
  const headers = events.map(({ event }) => event.header);
  const { rows } = await client.query(CALL, [
    lane.topic,
    batches.map(({ size }) => size),
    batches.map(({ root }) => root),
    batches.map(({ keyId }) => keyId),
    batches.map(({ signature }) => signature),
    headers.map(({ id }) => id),
    headers.map(({ subject }) => subject),
    headers.map(({ streamversion }) => streamversion),
    headers.map(({ key }) => key),
    headers.map(({ type }) => type),
    events.map(({ event }) => event.headerBytes),
    events.map(({ skeletonBytes }) => skeletonBytes),
    events.map(({ sealedBytes }) => sealedBytes),
    events.map(({ event }) => encodePath(event.writer)),
    numbers,
    known,
  ]);
  return (rows[0] as { positions: string[] }).positions;
}

interface SignedRoot {
  readonly size: number;
  readonly root: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
}

/** One entry a signed batch, and for each event the number of its batch, from 1. */
function batchesOf(events: readonly TopicEvent[]): { batches: SignedRoot[]; numbers: number[] } {
  const batches: SignedRoot[] = [];
  const byName = new Map<string, number>();
  const numbers = events.map(({ event }) => {
    const { keyId, signature, path } = event.writer;
    const root = rootFromPath(event.eventHash, path);
    const name = `${root.toString('base64')}:${signature.toString('base64')}`;
    let number = byName.get(name);
    if (number === undefined) {
      number = batches.push({ size: path.size, root, keyId, signature });
      byName.set(name, number);
    }
    return number;
  });
  return { batches, numbers };
}
