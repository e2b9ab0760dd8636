import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessName } from '@probity/platform';

/** The processes that keep domain time; PostgreSQL and Kafka know nothing of it. */
const APPS: readonly ProcessName[] = [
  'borough-ingest',
  'governance',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
];

/** A process of the stack that listens just now. */
export interface RunningApp {
  process: ProcessName;
  port: number;
}

/**
 * The apps of a stack that run: those with a run file whose process exists. A second process of one kind counts too.
 *
 * @param runFolder `run/` of the stack
 * @returns in a fixed order; empty where nothing runs
 */
export function runningApps(runFolder: string): RunningApp[] {
  const files = namesIn(runFolder);
  return APPS.flatMap((process) =>
    [`${process}.json`, `${process}-2.json`]
      .filter((file) => files.includes(file))
      .flatMap((file) => {
        const run = runFileOf(join(runFolder, file));
        return run !== null && exists(run.pid) ? [{ process, port: run.port }] : [];
      }),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function runFileOf(path: string): { pid: number; port: number } | null {
  try {
    const { pid, port } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: unknown; port?: unknown };
    return typeof pid === 'number' && typeof port === 'number' ? { pid, port } : null;
  } catch {
    // Being written or removed at this moment: the process is starting or ending.
    return null;
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
