import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './stack-error.js';

/** System user that PostgreSQL runs as when the stack runs as root, for the server refuses to be root. */
const USER = 'postgres';

/** A system user for the server. */
export interface ServerUser {
  uid: number;
  gid: number;
  /** Set where a folder above the data or the program is closed to that user, who then needs leave to pass it. */
  keepDacOverride: boolean;
}

function idOf(flag: '-u' | '-g'): number | null {
  const result = spawnSync('id', [flag, USER], { encoding: 'utf8' });
  return result.status === 0 ? Number(result.stdout) : null;
}

/** Whether others may enter every folder above a path. */
function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The user for the server; undefined when the stack is not run by root and the server can run as its caller.
 *
 * @param paths files that the user must be able to reach
 * @throws StackError when root has no such user and cannot make one
 */
export function serverUser(paths: readonly string[]): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (idOf('-u') === null) {
    spawnSync('groupadd', ['--system', USER]);
    spawnSync('useradd', ['--system', '--no-create-home', '--gid', USER, '--shell', '/bin/false', USER]);
  }
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  if (uid === null || gid === null) {
    throw new StackError(
      `PostgreSQL does not run as root and no user "${USER}" could be made for it: run as an ordinary user, or make that user first.`,
    );
  }
  return { uid, gid, keepDacOverride: !paths.every(isReachable) };
}
