/** Folder of one jest run: connection facts, servers' data and logs. Plain JavaScript, for jest loads its global modules untransformed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'probity-test-';

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Makes the folder of this run and removes those of runs that were killed. */
export function openRunFolder() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      if (isAlive(Number(readFileSync(join(folder, 'jest.pid'), 'utf8')))) continue;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or just being made.
    }
  }
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(folder, 'jest.pid'), String(process.pid));
  return folder;
}

/** Process ids of the servers that the run started, and the signal that ends each in good order. */
export function serversOf(folder) {
  const signals = { kafka: 'SIGTERM', postgres: 'SIGINT' };
  return Object.entries(signals).flatMap(([name, signal]) => {
    try {
      const { pid } = JSON.parse(readFileSync(join(folder, 'home', 'run', `${name}.json`), 'utf8'));
      return isAlive(pid) ? [{ pid, signal }] : [];
    } catch {
      return [];
    }
  });
}

/** Sends a signal; a process that ended in the meantime needs none. */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Ends a process and resolves when it is gone; insists after 20 s. */
export async function end({ pid, signal }) {
  send(pid, signal);
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited === 20_000) send(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
