import { setTimeout as pause } from 'node:timers/promises';
import { signalAll, treeOf } from '../process-tree.js';
import type { Target } from '../fault.js';
import type { FaultSite, FaultTrace } from './site.js';

/** Kills a process and lets it be started again after a time, in ms. */
export async function kill({ site }: FaultSite, target: Target, downMs: number): Promise<FaultTrace> {
  await site.keeper.killed(target, 'SIGKILL', downMs);
  return {};
}

/** Kills the command line that imports. */
export function killPerson({ person }: FaultSite): FaultTrace {
  if (person.hasEnded) return { note: 'the import had ended' };
  person.kill();
  return {};
}

/** Stops the broker in good order and lets it be started again after a time, in ms. */
export async function restartBroker({ site }: FaultSite, downMs: number): Promise<FaultTrace> {
  await site.keeper.killed('kafka', 'SIGTERM', downMs);
  return {};
}

/** Lets a process stand still for a time, in ms, with everything that it has started. */
export async function freeze({ site }: FaultSite, target: Target, holdMs: number): Promise<FaultTrace> {
  const pid = site.pid(target);
  if (pid === 0) return { note: `${target} did not run` };
  await frozen(pid, () => pause(holdMs));
  return {};
}

/** Does something while a process stands still. */
export async function frozen(pid: number, work: () => Promise<unknown>): Promise<void> {
  const pids = treeOf(pid);
  signalAll(pids, 'SIGSTOP');
  try {
    await work();
  } finally {
    signalAll(pids, 'SIGCONT');
  }
}
