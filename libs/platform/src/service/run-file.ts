import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessName } from '../config/process-name.js';

/**
 * Says in `run/<process>.json` that a process listens: `{pid, port, startedAt}`. Written whole or not at all.
 *
 * @param folder the stack's `run` folder; made if missing
 * @returns a function that removes the file again, unless another process has written it since
 */
export function writeRunFile(folder: string, process_: ProcessName, port: number): () => void {
  const path = join(folder, `${process_}.json`);
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
