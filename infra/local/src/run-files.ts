import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { writeWhole, type StackHome } from './home.js';

/** What is written of a started process in `run/<process>.json`. */
export interface RunFile {
  pid: number;
  /** Main port, or null for a process that listens nowhere. */
  port: number | null;
  /** RFC 3339, real time. */
  startedAt: string;
  /**
   * Text that the process's command line holds: tells it from another process that got the same number later. Applications
   * write their own run file without it once they listen.
   */
  marker?: string;
}

/** End of the path of every application's entry file. */
const APP_MARKER = '/src/main.js';

/** Whether a process with this number exists (also one that belongs to somebody else). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Command line of a process, or null when it cannot be read. */
function commandLineOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    const listed = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return listed.status === 0 ? listed.stdout : null;
  }
}

/** Whether the process of a run file still runs; a number that has passed to another program does not count. */
export function isRunning(run: RunFile): boolean {
  return isAlive(run.pid) && (commandLineOf(run.pid)?.includes(run.marker ?? APP_MARKER) ?? false);
}

export function writeRunFile(home: StackHome, name: string, run: RunFile): void {
  writeWhole(home.path('run', `${name}.json`), `${JSON.stringify(run)}\n`);
}

export function removeRunFile(home: StackHome, name: string): void {
  rmSync(home.path('run', `${name}.json`), { force: true });
}

/** The run file of a process; null where there is none or it cannot be read. */
export function readRunFile(home: StackHome, name: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(home.path('run', `${name}.json`), 'utf8')) as RunFile;
  } catch {
    return null;
  }
}

/** Every run file of a home that can be read, by process name. */
export function readRunFiles(home: StackHome): Map<string, RunFile> {
  const runs = new Map<string, RunFile>();
  const folder = home.path('run');
  if (!existsSync(folder)) return runs;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const name = file.slice(0, -'.json'.length);
    const run = readRunFile(home, name);
    if (run !== null) runs.set(name, run);
  }
  return runs;
}

/** Waits until a condition holds, asking every 50 ms of real time; false when `limitMs` pass first. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= end) return false;
    await pause(50);
  }
}

/** Ends a process that an earlier supervisor left behind: asks, waits 20 s, then insists. */
export async function endLeftover(run: RunFile, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(run)) return;
  process.kill(run.pid, signal);
  if (await waitUntil(() => !isRunning(run), 20_000)) return;
  if (isRunning(run)) process.kill(run.pid, 'SIGKILL');
  await waitUntil(() => !isRunning(run), 5_000);
}
