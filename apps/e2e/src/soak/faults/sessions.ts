import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { waitUntil } from '@probity/local-stack';
import type { Family } from '../fault.js';
import { patiently } from '../patience.js';
import { frozen } from './processes.js';
import type { FaultSite, FaultTrace } from './site.js';

/** First key of the relay's advisory locks (libs/event-store, lock-session.ts). */
const RELAY_LOCKS = 0x70726f62;
const BETWEEN_MS = 400;
const RELAY = 'probity relay';
/** How long to wait until a relay has something in hand, ms of real time. */
const IN_FLIGHT_MS = 3_000;

/** Names under which the processes of a stack hold sessions. */
const OURS = [
  RELAY,
  'borough-ingest',
  'governance',
  'governance reader',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
];

const END = `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity WHERE application_name = ANY ($1)`;

/** Ends sessions of the database, `times` times. */
export async function dropSessions({ site }: FaultSite, whose: string, times: number): Promise<FaultTrace> {
  let ended = 0;
  for (let time = 0; time < times; time += 1) {
    if (time > 0) await pause(BETWEEN_MS);
    const [row] = await site.rows<{ ended: number }>('probity_events', END, [
      whose === 'all' ? OURS : [whose],
    ]);
    ended += row?.ended ?? 0;
  }
  return { note: `${String(ended)} sessions ended` };
}

/**
 * The broker stands still until a send is under way, the relay's session is ended, and the broker goes on: what was under way
 * arrives when nobody holds the lock any more.
 */
export async function loseLock({ site, borough }: FaultSite, holdMs: number): Promise<FaultTrace> {
  const broker = site.pid('kafka');
  if (broker === 0) return { note: 'the broker did not run' };
  const waiting = `SELECT 1 FROM events.outbox WHERE topic LIKE '%.' || $1 LIMIT 1`;
  let isUnderWay = false;
  await frozen(broker, async () => {
    const seen = async (): Promise<boolean> =>
      (await site.rows('probity_events', waiting, [borough])).length > 0;
    isUnderWay = await waitUntil(seen, IN_FLIGHT_MS);
    // The relay takes up what waits within its poll of a quarter second.
    await pause(BETWEEN_MS);
    await site.rows('probity_events', END, [[RELAY]]);
    await pause(holdMs);
  });
  return isUnderWay ? {} : { note: 'nothing was under way' };
}

/** Keeps the relay from a topic: its session is ended, and a stranger takes the lock before it comes back. */
export async function holdTopic(where: FaultSite, family: Family, holdMs: number): Promise<FaultTrace> {
  const { site, borough } = where;
  const stranger = await patiently(() => site.store.connect('probity_events'));
  try {
    await patiently(() => site.store.rows('probity_events', END, [[RELAY]]));
    const isHeld = await waitUntil(() => tryLock(stranger, `${family}.${borough}`), IN_FLIGHT_MS);
    await pause(holdMs);
    return isHeld ? {} : { note: 'the relay was faster' };
  } finally {
    await stranger.end().catch(() => undefined);
  }
}

async function tryLock(client: pg.Client, topic: string): Promise<boolean> {
  try {
    const sql = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held';
    return (await client.query<{ held: boolean }>(sql, [RELAY_LOCKS, topic])).rows[0]?.held === true;
  } catch {
    return false;
  }
}
