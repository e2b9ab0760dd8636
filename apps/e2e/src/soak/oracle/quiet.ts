import { setTimeout as pause } from 'node:timers/promises';
import type { FaultStore } from '../fault-store.js';
import { withLogs, type Slice } from './slice.js';
import { isCaughtUp } from './views.js';

/** How long everything may take to come to rest after the last fault, ms of real time. */
const QUIET_MS = 120_000;

const BEHIND = 'a read model is behind';
/** How often to look: a look costs the machine that is to come to rest. */
const LOOK_MS = 200;

/** Waits until nothing waits to be sent, the read models are at the ends of their topics, and every process is ready. */
export async function untilQuiet(site: FaultStore, slice: Slice): Promise<string[]> {
  const end = performance.now() + QUIET_MS;
  let reason = await unrest(site, slice);
  while (reason !== '' && performance.now() < end) {
    await pause(LOOK_MS);
    reason = await unrest(site, slice);
  }
  return reason === '' ? [] : [`it did not come to rest in two minutes: ${reason}`];
}

/** What is not at rest yet, cheap questions first; empty when everything is. */
async function unrest(site: FaultStore, slice: Slice): Promise<string> {
  const waiting = 'SELECT topic, count(*)::int AS n FROM events.outbox GROUP BY topic';
  const [held] = await site.rows<{ topic: string; n: number }>('probity_events', waiting);
  if (held) return `${String(held.n)} events of ${held.topic} wait to be sent`;
  const topics = slice.lanes.slice(0, 2).map(({ topic }) => topic);
  const known = await site.rows<{ topic: string; next: string }>(
    'probity_events',
    'SELECT topic, next_offset::text AS next FROM events.published WHERE topic = ANY ($1)',
    [topics],
  );
  // What the store knows to be sent is a lower bound of the topic's end, and asking the broker is dear.
  if (!(await isCaughtUp(site, slice.borough, (topic, next) => next >= nextOf(known, topic)))) return BEHIND;
  const ends = await endsOf(site, slice);
  if (!(await isCaughtUp(site, slice.borough, (topic, next) => next === ends.get(topic)))) return BEHIND;
  return (await site.unready()).join('; ');
}

function nextOf(known: readonly { topic: string; next: string }[], topic: string): bigint {
  return BigInt(known.find((each) => each.topic === topic)?.next ?? '0');
}

async function endsOf(site: FaultStore, { lanes }: Slice): Promise<Map<string, bigint>> {
  const own = lanes.slice(0, 2);
  return withLogs(site, [own[0]?.principal ?? ''], async (logs) => {
    const ends = new Map<string, bigint>();
    for (const { topic, partition, principal } of own)
      ends.set(topic, await logs(principal).endOffset(topic, partition));
    return ends;
  });
}
