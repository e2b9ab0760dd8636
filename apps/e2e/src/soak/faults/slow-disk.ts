import { open, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { patiently } from '../patience.js';
import type { FaultSite, FaultTrace } from './site.js';

/** How much longer a commit waits, in µs. */
const COMMIT_DELAY_US = 100_000;
const PIECE = Buffer.alloc(4 * 1024 * 1024, 1);
const PIECES = 8;

/** Lets every commit wait, and keeps the disk busy with big files that are forced to it, for a time in ms. */
export async function slowDisk({ site }: FaultSite, holdMs: number): Promise<FaultTrace> {
  await setCommitDelay(site, String(COMMIT_DELAY_US), '0');
  const end = performance.now() + holdMs;
  const file = site.store.outside('busy', 'ballast');
  try {
    while (performance.now() < end) {
      await writeAndForce(file);
      await pause(50);
    }
  } finally {
    await rm(file, { force: true });
    await setCommitDelay(site, 'DEFAULT', 'DEFAULT');
  }
  return {};
}

// Both settings are the server's own since a reload; they outlive a crash, so they are always taken back.
async function setCommitDelay(site: FaultSite['site'], delay: string, siblings: string): Promise<void> {
  await patiently(async () => {
    await site.store.rows('probity_events', `ALTER SYSTEM SET commit_delay = ${delay}`);
    await site.store.rows('probity_events', `ALTER SYSTEM SET commit_siblings = ${siblings}`);
    await site.store.rows('probity_events', 'SELECT pg_reload_conf()');
  });
}

async function writeAndForce(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let piece = 0; piece < PIECES; piece += 1) await handle.write(PIECE);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
