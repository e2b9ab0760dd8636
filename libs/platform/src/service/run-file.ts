import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says in `run/<name>.json` that a process listens: `{pid, port, startedAt}`. Written whole or not at all.
 *
 * @param folder the stack's `run` folder; made if missing
 * @param name of the process, with the number of a second one of its kind behind it
 * @returns a function that removes the file again, unless another process has written it since
 */
export function writeRunFile(folder: string, name: string, port: number): () => void {
  const path = join(folder, `${name}.json`);
  const own = { pid: process.pid, port, startedAt: new Date().toISOString() };
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${String(process.pid)}.new`;
  writeFileSync(draft, `${JSON.stringify(own)}\n`);
  renameSync(draft, path);
  return () => {
    if (pidIn(path) === process.pid) rmSync(path, { force: true });
  };
}

function pidIn(path: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null && 'pid' in content ? content.pid : null;
  } catch {
    return null;
  }
}
