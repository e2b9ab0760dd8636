import { spawnSync } from 'node:child_process';
import { stackStatus } from '@probity/local-stack';
import type { StackHome } from '@probity/local-stack';
import { proportionalMemory, residentSet } from './process-table.js';

const KIBIBYTE = 1_024;
const MEGABYTE = 1_000_000;

/**
 * Resident memory of every running process of a stack, in megabytes (10^6 bytes). PostgreSQL is many processes that
 * share memory: on Linux each of them counts with its proportional share, elsewhere the first one alone counts.
 */
export async function residentMemory(home: StackHome): Promise<Record<string, number>> {
  const { processes } = await stackStatus(home);
  const sizes: Record<string, number> = {};
  for (const { name, pid } of processes) {
    if (pid === null) continue;
    const shared = name === 'postgres' ? proportionalMemory(pid) : null;
    const kibibytes = shared ?? residentSet(pid) ?? residentSetByPs(pid);
    if (kibibytes !== null) sizes[name] = (kibibytes * KIBIBYTE) / MEGABYTE;
  }
  return sizes;
}

function residentSetByPs(pid: number): number | null {
  const listed = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 ? Number(listed.stdout) : null;
}
