import type { Ending } from './child.js';
import { freeMib } from './disk.js';
import type { StackHome } from './home.js';
import { lastWords } from './last-words.js';
import { StackError } from './stack-error.js';

/** Below this many MiB a death is put down to the disk. */
const DISK_FULL_MIB = 32;

/** Says in one sentence why a process of the stack ended, as far as can be told from outside, and what to do. */
export function reasonOfDeath(home: StackHome, name: string, { code, signal }: Ending): StackError {
  if (freeMib(home.root) < DISK_FULL_MIB) {
    return new StackError(
      `${name} ended because the disk of ${home.root} is full: free some space, then run npm start again.`,
    );
  }
  const log = home.logFile(name);
  const how = signal === null ? `exit code ${String(code)}` : signal;
  // Whoever was killed said nothing of it; the last line of its log would mislead.
  const words = signal === null ? lastWords(log) : '';
  const said = words === '' ? '' : ` Its last words: ${words}`;
  return new StackError(
    `${name} ended unasked (${how}), so the stack was stopped: read ${log}, then run npm start again.${said}`,
  );
}
