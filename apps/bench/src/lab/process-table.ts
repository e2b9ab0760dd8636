import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the processor times in `/proc`; 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;
/** Fields of `/proc/<pid>/stat` behind the name: own and reaped children's time, in user and system mode. */
const TIME_FIELDS = [11, 12, 13, 14];

/** Milliseconds of processor time of a process and all its children, living and ended; null where `/proc` does not tell. */
export function processorTime(pid: number): number | null {
  const stat = textOf(`/proc/${String(pid)}/stat`);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = TIME_FIELDS.reduce((sum, field) => sum + Number(fields[field]), 0) * TICK_MS;
  return childrenOf(pid).reduce((sum, child) => sum + (processorTime(child) ?? 0), own);
}

/** Kibibytes of a process and its children, shared memory counted once; null where `/proc` does not tell. */
export function proportionalMemory(pid: number): number | null {
  const own = kibibytesIn(`/proc/${String(pid)}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m);
  if (own === null) return null;
  return childrenOf(pid).reduce((sum, child) => sum + (proportionalMemory(child) ?? 0), own);
}

/** Resident kibibytes of one process; null where `/proc` does not tell. */
export function residentSet(pid: number): number | null {
  return kibibytesIn(`/proc/${String(pid)}/status`, /^VmRSS:\s+(\d+) kB$/m);
}

function childrenOf(pid: number): number[] {
  let tasks: string[];
  try {
    tasks = readdirSync(`/proc/${String(pid)}/task`);
  } catch {
    return [];
  }
  return tasks.flatMap((task) => {
    const children = textOf(`/proc/${String(pid)}/task/${task}/children`) ?? '';
    return children.trim().split(/\s+/).filter(Boolean).map(Number);
  });
}

function kibibytesIn(file: string, pattern: RegExp): number | null {
  const found = pattern.exec(textOf(file) ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

// A process may end while it is looked at.
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
