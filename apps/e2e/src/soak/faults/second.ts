import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppName } from '@probity/local-stack';
import { INSTANCE_PORT_OFFSET } from '@probity/platform';
import type { Fault } from '../fault.js';
import type { FaultStore } from '../fault-store.js';
import { frozen } from './processes.js';
import type { FaultSite, FaultTrace } from './site.js';

const END = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1)';
const OVERLAP_MS = 1_500;
const IMPORT_LIMIT_MS = 60_000;

/** The application of which a plan wants two; null when it wants none. */
export function secondOf(faults: readonly Fault[]): AppName | null {
  for (const fault of faults) {
    if (fault.kind === 'second') return fault.target;
    if (fault.kind === 'import-twice') return 'borough-ingest';
  }
  return null;
}

/** Does something while a second process of an application runs; null runs none. */
export async function besideSecond<Result>(
  site: FaultStore,
  app: AppName | null,
  work: () => Promise<Result>,
): Promise<Result> {
  if (app === null) return work();
  const name = await site.stack.startSecond(app);
  try {
    return await work();
  } finally {
    await site.stack.kill(name, 'SIGTERM');
  }
}

/**
 * The first process of two stands still and both lose their sessions, so that the second takes over; then the first comes back
 * with what it had in hand.
 */
export async function freezeFirst({ site }: FaultSite, target: AppName, holdMs: number): Promise<FaultTrace> {
  const pid = site.pid(target);
  if (pid === 0) return { note: `${target} did not run` };
  await frozen(pid, async () => {
    await site.rows('probity_events', END, [[target, 'probity relay']]);
    await pause(holdMs);
  });
  await pause(OVERLAP_MS);
  return {};
}

/** Imports the list at a second process while the person imports it at the first. */
export async function importTwice(where: FaultSite): Promise<FaultTrace> {
  return { note: await importAtSecond(where) };
}

/** How the second import ended; that it may fail is no finding, for the person's own succeeds. */
async function importAtSecond({ site, person, windowId, borough }: FaultSite): Promise<string> {
  const { store } = site;
  const port = store.config.ports['borough-ingest'] + INSTANCE_PORT_OFFSET;
  const call = { process: 'borough-ingest', as: `officer-${borough}`, port } as const;
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
