import type { SqlClient } from '../append.js';
import type { Lane } from '../relay/outbox.js';
import { entriesAt } from '../relay/outbox.js';
import { identityMap, offsetMap } from './offset-map.js';
import type { OffsetMap } from './offset-map.js';
import type { RecoveryLog } from './recovery-port.js';
import { positionsSentAt } from './sent-offsets.js';
import { endFilling, nextGeneration, startGeneration } from './topic-generation.js';

/** A lane whose topic lacks what the store holds. */
export interface Shortage {
  readonly lane: Lane;
  readonly log: RecoveryLog;
  readonly end: bigint;
  readonly recorded: bigint;
  /** Events that the store has, that are in no outbox and in no topic; rising. */
  readonly missing: readonly number[];
}

/** What is needed to fill a lane, beside the lane. */
export interface RefillContext {
  readonly client: SqlClient;
  readonly isDryRun: boolean;
  readonly newId: () => string;
  /** Domain time now. */
  readonly now: () => string;
  readonly progress: (records: number) => void;
}

/** What became of a lane that was short. */
export interface Refill {
  /** Events sent to the offsets at which they stood before. */
  readonly refilled: number;
  /** Events given to the relay, to be sent in the order of the store. */
  readonly putBack: number;
  /** The generation that began, or that an earlier recovery had begun; null when the lane is the same as before. */
  readonly generation: number | null;
  /** Records stand at other offsets than before, or it is not known that they stand at the same. */
  readonly haveMoved: boolean;
}

const CHUNK = 500;

/**
 * Fill a lane from the store. Where the store remembers what stood at each offset, the same records are sent to the same
 * offsets, and no reader's position changes its meaning. Otherwise the relay sends what is missing in the order of the
 * store, as a new generation.
 */
export async function refill(context: RefillContext, shortage: Shortage): Promise<Refill> {
  const { client } = context;
  const { lane, end, recorded, missing } = shortage;
  const plan = recorded > end ? await positionsSentAt(client, lane, end, recorded) : [];
  if (!(await isWhole(client, lane, plan))) return putBackInOrder(context, shortage, plan);
  const places = plan as number[];
  const generation =
    end === 0n && recorded > 0n
      ? await begin(context, shortage, recorded, identityMap(Number(recorded)))
      : null;
  if (!context.isDryRun) await sendAgain(context, shortage, places);
  const planned = new Set(places);
  const beside = missing.filter((position) => !planned.has(position));
  if (!context.isDryRun && beside.length > 0)
    await putBack(client, lane, recorded > end ? recorded : end, beside);
  const filled = context.isDryRun ? null : await endFilling(client, lane);
  return {
    refilled: places.length,
    putBack: beside.length,
    generation: generation ?? filled,
    haveMoved: false,
  };
}

/** Whether a place is remembered for every offset, and the store still has each of these events. */
async function isWhole(client: SqlClient, lane: Lane, plan: readonly (number | null)[]): Promise<boolean> {
  if (plan.includes(null)) return false;
  for (let at = 0; at < plan.length; at += CHUNK) {
    const wanted = plan.slice(at, at + CHUNK);
    const { rows } = await client.query(
      `SELECT 1 FROM unnest($1::bigint[]) AS w(position)
       WHERE NOT EXISTS (SELECT 1 FROM events.event e WHERE e.position = w.position AND e.topic = $2) LIMIT 1`,
      [wanted, lane.topic],
    );
    if (rows.length > 0) return false;
  }
  return true;
}

/** The store needs no change for it: what it remembers of the offsets becomes true again, however far this comes. */
async function sendAgain(
  { client, progress }: RefillContext,
  { lane, log, end }: Shortage,
  plan: readonly number[],
): Promise<void> {
  for (let at = 0; at < plan.length; at += CHUNK) {
    const wanted = plan.slice(at, at + CHUNK);
    const entries = await entriesAt(client, lane.topic, wanted);
    const { baseOffset } = await log.send(
      lane.topic,
      lane.partition,
      entries.map(({ record }) => record),
    );
    if (baseOffset !== end + BigInt(at))
      throw new Error(`somebody else has written to ${lane.topic} while it was filled`);
    progress(entries.length);
  }
}

async function putBackInOrder(
  context: RefillContext,
  { lane, end, recorded, missing }: Shortage,
  plan: readonly (number | null)[],
): Promise<Refill> {
  const { client, isDryRun } = context;
  const order = await orderOfRelay(client, lane, missing);
  const map = offsetMap(Number(end), plan, order);
  const filling = { lane, end, recorded, missing };
  if (isDryRun) {
    const generation = await begin(context, filling, recorded, map);
    return { refilled: 0, putBack: missing.length, generation, haveMoved: true };
  }
  await client.query('BEGIN');
  try {
    const generation = await begin(context, filling, recorded, map);
    await putBack(client, lane, end, missing);
    await endFilling(client, lane);
    await client.query('COMMIT');
    return { refilled: 0, putBack: missing.length, generation, haveMoved: true };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Positions in the order in which the relay will send them: what waits already is sorted in. */
async function orderOfRelay(client: SqlClient, lane: Lane, missing: readonly number[]): Promise<number[]> {
  const { rows } = await client.query(
    'SELECT position::float8 AS position FROM events.outbox WHERE topic = $1 AND partition = $2',
    [lane.topic, lane.partition],
  );
  const waiting = rows.map((row) => row['position'] as number);
  return [...new Set([...waiting, ...missing])].sort((a, b) => a - b);
}

/** Notes the new generation before its first record is sent, so that a recovery which is killed cannot forget it. */
async function begin(
  { client, isDryRun, newId, now }: RefillContext,
  { lane, end, missing }: Omit<Shortage, 'log'>,
  oldNextOffset: bigint,
  map: OffsetMap,
): Promise<number> {
  if (isDryRun) return nextGeneration(client, lane);
  const events = Number(end) + missing.length;
  return startGeneration(client, lane, { id: newId(), startedAt: now(), oldNextOffset, events, map });
}

async function putBack(
  client: SqlClient,
  lane: Lane,
  end: bigint,
  positions: readonly number[],
): Promise<void> {
  await client.query('SELECT events.put_back($1, $2, $3, $4)', [
    lane.topic,
    lane.partition,
    String(end),
    positions,
  ]);
}

/** Let a lane end where its topic ends: what stands there and is no event of ours is known now, and left. */
export async function acceptEnd(client: SqlClient, lane: Lane, end: bigint): Promise<void> {
  await putBack(client, lane, end, []);
}
