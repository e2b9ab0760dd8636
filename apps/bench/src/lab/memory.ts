import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { stackStatus } from '@probity/local-stack';
import type { StackHome } from '@probity/local-stack';

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
    const kibibytes = name === 'postgres' ? (shareOfTree(pid) ?? residentSet(pid)) : residentSet(pid);
    if (kibibytes !== null) sizes[name] = (kibibytes * KIBIBYTE) / MEGABYTE;
  }
  return sizes;
}

function residentSet(pid: number): number | null {
  return kibibytesIn(`/proc/${String(pid)}/status`, /^VmRSS:\s+(\d+) kB$/m) ?? residentSetByPs(pid);
}

function residentSetByPs(pid: number): number | null {
  const listed = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 ? Number(listed.stdout) : null;
}

function shareOfTree(pid: number): number | null {
  const own = kibibytesIn(`/proc/${String(pid)}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m);
  if (own === null) return null;
  return childrenOf(pid).reduce((sum, child) => sum + (shareOfTree(child) ?? 0), own);
}

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${String(pid)}/task`);
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

function kibibytesIn(file: string, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
