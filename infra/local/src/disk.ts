import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './stack-error.js';

const MIB = 1024 * 1024;

/** Space, in MiB, that a start wants free: two servers, their logs and the sample lists. */
const WANTED_MIB = 1024;

/** Free space, in MiB, of the disk that holds a folder (or would hold it once it is made). */
export function freeMib(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const disk = statfsSync(existing);
  return Math.floor((disk.bavail * disk.bsize) / MIB);
}

/**
 * Refuses to start on a disk that is full or nearly so.
 *
 * @throws StackError when less than {@link WANTED_MIB} is free
 */
export function assertDiskSpace(folder: string, wantedMib = WANTED_MIB, free = freeMib(folder)): void {
  if (free >= wantedMib) return;
  throw new StackError(
    `Only ${String(free)} MiB are free on the disk of ${folder} and ${String(wantedMib)} MiB are needed: free some space, or set PROBITY_HOME to a folder on another disk.`,
  );
}
