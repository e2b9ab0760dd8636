import { stackStatus } from '@probity/local-stack';
import type { StackHome } from '@probity/local-stack';
import type { Run } from '../figures/rounds.js';
import { perSecond } from '../figures/rounds.js';
import { processorTime } from './process-table.js';

/** Processes that a piece of work keeps busy: their numbers by name. */
export type WorkingProcesses = ReadonlyMap<string, number>;

/** This process among {@link WorkingProcesses}. */
export const ITSELF: WorkingProcesses = new Map([['bench', process.pid]]);

/** Processes of a running stack by name; those that do not run are left out. */
export async function processesOf(home: StackHome, names: readonly string[]): Promise<WorkingProcesses> {
  const { processes } = await stackStatus(home);
  const found = processes.filter(({ name }) => names.includes(name));
  return new Map(found.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
}

/**
 * Times a piece of work, and how much processor time it took in which process. Processor time tells what a thing costs
 * also when other programs keep it waiting. Whatever else a process does meanwhile counts too.
 */
export class Stopwatch {
  readonly #began = performance.now();
  readonly #before: ReadonlyMap<string, number>;

  /** Begins to time. */
  constructor(private readonly processes: WorkingProcesses) {
    this.#before = this.#times();
  }

  /** @param count what has been done since the beginning */
  end(count: number): Run {
    const elapsed = performance.now() - this.#began;
    const processor: Record<string, number> = {};
    for (const [name, time] of this.#times())
      processor[name] = ((time - (this.#before.get(name) ?? time)) * 1_000) / count;
    return { rate: perSecond(count, elapsed), processor };
  }

  #times(): Map<string, number> {
    const times = new Map<string, number>();
    for (const [name, pid] of this.processes) {
      const time = pid === process.pid ? ownTime() : processorTime(pid);
      if (time !== null) times.set(name, time);
    }
    return times;
  }
}

/** The stack's processes are children of this one and must not count as its own. */
function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
