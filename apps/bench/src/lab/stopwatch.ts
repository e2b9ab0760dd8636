import { stackStatus } from '@probity/local-stack';
import type { StackHome } from '@probity/local-stack';
import type { ProcessorShares, Run } from '../figures/rounds.js';
import { perSecond } from '../figures/rounds.js';
import { processorTime } from './process-table.js';

/** Processes that work is done in, by name. */
export type WorkingProcesses = ReadonlyMap<string, number>;

/** The servers of a stack and its vault: what both sides of a measurement may keep busy, besides this process. */
export async function serversOf(home: StackHome): Promise<WorkingProcesses> {
  const { processes } = await stackStatus(home);
  const servers = processes.filter(({ name }) =>
    ['postgres', 'kafka', 'vault', 'borough-ingest'].includes(name),
  );
  return new Map(servers.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
}

/**
 * Times a piece of work, and how much processor time it took in which process. Processor time tells what a thing costs
 * also when other programs keep it waiting. A process that idles counts with what it does meanwhile.
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
    return { rate: perSecond(count, elapsed), processor: processor };
  }

  #times(): Map<string, number> {
    const { user, system } = process.cpuUsage();
    const times = new Map([['bench', (user + system) / 1_000]]);
    for (const [name, pid] of this.processes) {
      const time = processorTime(pid);
      if (time !== null) times.set(name, time);
    }
    return times;
  }
}
