import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { INSTANCE_PORT_OFFSET } from '@probity/platform';
import type { TWINS } from '../fault.js';
import { patiently } from '../patience.js';
import { frozen } from './processes.js';
import type { FaultSite, FaultTrace } from './site.js';

type Twin = (typeof TWINS)[number];

const END = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1)';
const OVERLAP_MS = 1_500;
const IMPORT_LIMIT_MS = 60_000;

/**
 * Starts a second process of an application. The first then stands still and both lose their sessions, so that the second
 * takes over; then the first comes back with what it had in hand.
 */
export async function second(where: FaultSite, target: Twin, holdMs: number): Promise<FaultTrace> {
  const { site } = where;
  return withSecond(where, target, async () => {
    await pause(OVERLAP_MS);
    const pid = site.pid(target);
    if (pid === 0) return { note: `${target} did not run` };
    await frozen(pid, async () => {
      await site.rows('probity_events', END, [[target, 'probity relay']]);
      await pause(holdMs);
    });
    await pause(OVERLAP_MS);
    return {};
  });
}

/** Imports the list once more at a second process while the person imports it at the first. */
export async function importTwice(where: FaultSite): Promise<FaultTrace> {
  return withSecond(where, 'borough-ingest', async () => ({ note: await importAtSecond(where) }));
}

async function withSecond(
  { site }: FaultSite,
  target: Twin,
  work: () => Promise<FaultTrace>,
): Promise<FaultTrace> {
  const name = await patiently(() => site.stack.startSecond(target));
  try {
    return await work();
  } finally {
    await site.stack.kill(name, 'SIGTERM');
  }
}

/** How the second import ended; that it may fail is no finding, for the person's own succeeds. */
async function importAtSecond({ site, person, windowId, borough }: FaultSite): Promise<string> {
  const { store } = site;
  const port = store.config.ports['borough-ingest'] + INSTANCE_PORT_OFFSET;
  const call = { process: 'borough-ingest', as: `analyst-${borough}`, port } as const;
  const { list, groups } = person.files();
  const send = (path: string, bytes: Buffer, contentType: string): ReturnType<typeof store.call> =>
    store.call({ ...call, method: 'PUT', path, body: Readable.from([bytes]), contentType });
  try {
    const content = { ...person.subject(), fileName: `${borough}.csv`, dryRun: false, windowId };
    const announced = await store.call({ ...call, method: 'POST', path: '/v1/imports', content });
    const id = announced.body?.id;
    if (id === undefined) return `second import refused: ${announced.body?.code ?? String(announced.status)}`;
    await send(`/v1/imports/${id}/groups`, groups, 'text/csv');
    await send(`/v1/imports/${id}/file`, list, 'application/octet-stream');
    const end = performance.now() + IMPORT_LIMIT_MS;
    while (performance.now() < end) {
      const { body } = await store.call({ ...call, path: `/v1/imports/${id}` });
      const state = String(body?.['state']);
      const problem = (body?.['problem'] as { code?: string } | null)?.code ?? '';
      if (state === 'completed' || state === 'failed') return `second import ${state} ${problem}`.trim();
      await pause(200);
    }
    return 'second import had not ended after a minute';
  } catch (error) {
    return `second import broken off: ${(error as NodeJS.ErrnoException).code ?? (error as Error).name}`;
  }
}
