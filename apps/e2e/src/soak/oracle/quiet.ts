import { waitUntil } from '@probity/local-stack';
import type { FaultStore } from '../fault-store.js';
import { withLogs, type Slice } from './slice.js';
import { isCaughtUp } from './views.js';

/** How long everything may take to come to rest after the last fault, ms of real time. */
const QUIET_MS = 120_000;

/** Waits until nothing waits to be sent, the read models are at the ends of their topics, and every process is ready. */
export async function untilQuiet(site: FaultStore, slice: Slice): Promise<string[]> {
  let reason = 'it was never asked';
  const isQuiet = await waitUntil(async () => {
    reason = await unrest(site, slice);
    return reason === '';
  }, QUIET_MS);
  return isQuiet ? [] : [`it did not come to rest in two minutes: ${reason}`];
}

async function unrest(site: FaultStore, slice: Slice): Promise<string> {
  const waiting = 'SELECT topic, count(*)::int AS n FROM events.outbox GROUP BY topic';
  const [held] = await site.rows<{ topic: string; n: number }>('probity_events', waiting);
  if (held) return `${String(held.n)} events of ${held.topic} wait to be sent`;
  if (!(await isCaughtUp(site, slice.borough, await endsOf(site, slice)))) return 'a read model is behind';
  return (await site.unready()).join('; ');
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
