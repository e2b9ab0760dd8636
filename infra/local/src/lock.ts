import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { endLeftover, isRunning, readRunFiles, removeRunFile, writeRunFile } from './run-files.js';
import type { StackHome } from './home.js';
import { StackError } from './stack-error.js';

/** Name of the supervisor's own run file. */
export const SUPERVISOR = 'supervisor';

/** How each server is asked to end; everything else takes SIGTERM. */
const STOP_SIGNALS: Record<string, NodeJS.Signals> = { postgres: 'SIGINT' };

/** Servers outlive the applications that use them. */
const LAST = ['kafka', 'postgres'];

/** Homes held by this very process. A run file with our own number may also be left from before a restart of the machine. */
const held = new Set<string>();

/**
 * Takes a home for this supervisor, and ends what an earlier one that was killed has left running in it.
 *
 * @throws StackError when another supervisor holds the home
 */
export async function takeHome(home: StackHome, now: Date): Promise<void> {
  const runs = readRunFiles(home);
  const holder = runs.get(SUPERVISOR);
  const isHeld =
    holder?.pid === process.pid ? held.has(home.root) : holder !== undefined && isRunning(holder);
  if (holder !== undefined && isHeld) {
    throw new StackError(
      `A stack already runs from ${home.root} (process ${String(holder.pid)}): use it, stop it with Ctrl-C in its terminal, or set PROBITY_HOME and PROBITY_PORT_BASE for a second one.`,
    );
  }
  mkdirSync(home.path('run'), { recursive: true });
  held.add(home.root);
  const marker = basename(process.argv[1] ?? 'node');
  writeRunFile(home, SUPERVISOR, { pid: process.pid, port: null, startedAt: now.toISOString(), marker });
  const names = [...runs.keys()].filter((name) => name !== SUPERVISOR);
  names.sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));
  for (const name of names) {
    const run = runs.get(name);
    if (run !== undefined) await endLeftover(run, STOP_SIGNALS[name] ?? 'SIGTERM');
    removeRunFile(home, name);
  }
}

/** Gives the home back. */
export function releaseHome(home: StackHome): void {
  removeRunFile(home, SUPERVISOR);
  held.delete(home.root);
}
