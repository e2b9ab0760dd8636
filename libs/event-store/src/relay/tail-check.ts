import type { SqlClient } from '../append.js';
import type { Lane } from './outbox.js';
import { markPublished } from './outbox.js';
import type { RelayLog } from './relay-port.js';

/** A partition and the store disagree in a way that the relay must not paper over. */
export class LaneFault extends Error {
  override readonly name = 'LaneFault';
}

/** Events that stand in a partition one behind the other. */
export interface SentRun {
  readonly firstOffset: bigint;
  /** Positions in the store, in the order of the offsets. */
  readonly positions: readonly string[];
}

/** In which way a partition and the store disagree, and a sentence that says so without any content. */
export interface TailFinding {
  /** `topic-behind`: the topic ends before what was sent; `store-behind`: it holds what the store does not know. */
  readonly kind: 'topic-behind' | 'store-behind';
  readonly sentence: string;
}

const BLOCK = 1000;

// What somebody else has written into a topic may be called anything.
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Compare a partition with the store from the highest offset that the store has recorded to the end.
 *
 * @param found is told of events there that the store knows, in order; those before a finding as well
 * @returns null when they agree
 */
export async function lookAtTail(
  client: SqlClient,
  log: RelayLog,
  lane: Lane,
  found: (run: SentRun) => Promise<void> = () => Promise.resolve(),
): Promise<TailFinding | null> {
  const recorded = await recordedOffset(client, lane);
  const end = await log.endOffset(lane.topic, lane.partition);
  if (end < recorded) {
    return {
      kind: 'topic-behind',
      sentence: `${lane.topic} ends at ${String(end)}, but the store has recorded events up to ${String(recorded)}`,
    };
  }
  if (end === recorded) return null;
  let block: { offset: bigint; id: string }[] = [];
  for await (const record of log.read(lane.topic, lane.partition, recorded, end)) {
    const id = record.headers['ce_id'];
    if (id !== undefined) block.push({ offset: record.offset, id: id.toString() });
    if (block.length < BLOCK) continue;
    const finding = await compareBlock(client, lane, block, found);
    if (finding) return finding;
    block = [];
  }
  return compareBlock(client, lane, block, found);
}

/** The offset up to which the store knows what a partition holds; 0 before the first send. */
export async function recordedOffset(client: SqlClient, lane: Lane): Promise<bigint> {
  const { rows } = await client.query(
    'SELECT next_offset FROM events.published WHERE topic = $1 AND partition = $2',
    [lane.topic, lane.partition],
  );
  return BigInt((rows[0]?.['next_offset'] as string | undefined) ?? '0');
}

/**
 * Drop from the outbox what a predecessor has sent already, by reading the partition from the highest offset that the
 * store has recorded to its end.
 *
 * @throws LaneFault when the topic holds events that the store does not know (an old backup was restored), or ends
 *   before the recorded offset (the topic was lost).
 */
export async function checkTail(client: SqlClient, log: RelayLog, lane: Lane): Promise<void> {
  const finding = await lookAtTail(client, log, lane, ({ positions, firstOffset }) =>
    markPublished(client, lane, positions, firstOffset),
  );
  if (finding) throw new LaneFault(finding.sentence);
}

/** Positions of events by id, of those that the store knows. */
export async function knownPositions(
  client: SqlClient,
  eventIds: readonly string[],
): Promise<Map<string, string>> {
  const ids = eventIds.filter((id) => UUID.test(id));
  if (ids.length === 0) return new Map();
  const { rows } = await client.query(
    'SELECT event_id, position FROM events.event WHERE event_id = ANY ($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row['event_id'] as string, row['position'] as string]));
}

/** Splits positions at their offsets into runs without a gap. */
export function runsOf(places: readonly { offset: bigint; position: string }[]): SentRun[] {
  const runs: { firstOffset: bigint; positions: string[] }[] = [];
  for (const { offset, position } of places) {
    const run = runs.at(-1);
    if (run && run.firstOffset + BigInt(run.positions.length) === offset) run.positions.push(position);
    else runs.push({ firstOffset: offset, positions: [position] });
  }
  return runs;
}

async function compareBlock(
  client: SqlClient,
  lane: Lane,
  block: readonly { offset: bigint; id: string }[],
  found: (run: SentRun) => Promise<void>,
): Promise<TailFinding | null> {
  const known = await knownPositions(
    client,
    block.map(({ id }) => id),
  );
  const end = block.findIndex(({ id }) => !known.has(id));
  const places = (end < 0 ? block : block.slice(0, end)).map(({ offset, id }) => ({
    offset,
    position: known.get(id) as string,
  }));
  for (const run of runsOf(places)) await found(run);
  const unknown = end < 0 ? undefined : block[end];
  if (!unknown) return null;
  return {
    kind: 'store-behind',
    sentence: `${lane.topic} holds the event ${unknown.id}, which the store does not know: the topic is ahead of the store`,
  };
}
