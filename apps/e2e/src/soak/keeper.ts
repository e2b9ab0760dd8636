import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil, type ProcessOfStack, type RunningStack } from '@probity/local-stack';

const SERVERS: readonly ProcessOfStack[] = ['postgres', 'kafka'];
const PAUSE_MS = 200;
const ALL_UP_MS = 180_000;

/** Starts again whatever of a stack has ended, as a service manager would: servers at once, applications when the servers run. */
export class Keeper {
  /** How often each process was started again. */
  readonly restarts = new Map<string, number>();
  /** How often each process ended although nobody had killed it. */
  readonly deaths = new Map<string, number>();
  /** Starts that failed, in the words of the supervisor. */
  readonly troubles: string[] = [];
  readonly #down = new Set<ProcessOfStack>();
  /** Counts everything that made a process go down, so that a death during a start is not overlooked. */
  #falls = 0;
  readonly #held = new Set<ProcessOfStack>();
  readonly #reviving = new Map<ProcessOfStack, Promise<void>>();
  #stack: RunningStack | undefined;

  /** The stack that is kept; deaths before are those of its start. */
  watch(stack: RunningStack): void {
    this.#stack = stack;
  }

  /** Told of a process that ended by itself. */
  died(name: ProcessOfStack): void {
    if (this.#stack === undefined) return;
    this.deaths.set(name, (this.deaths.get(name) ?? 0) + 1);
    this.down(name);
  }

  /** A process is to be started again. A second of its kind is not: whoever started it sees to it. */
  down(name: ProcessOfStack): void {
    if (name.endsWith('-2')) return;
    this.#falls += 1;
    this.#down.add(name);
    if (this.#reviving.has(name)) return;
    const reviving = this.#revive(name).finally(() => this.#reviving.delete(name));
    this.#reviving.set(name, reviving);
  }

  /** Ends a process and keeps it down for a time, in ms. */
  async killed(name: ProcessOfStack, signal: NodeJS.Signals, downMs: number): Promise<void> {
    this.#held.add(name);
    try {
      await this.#stack?.kill(name, signal);
      await pause(downMs);
    } finally {
      this.#held.delete(name);
      this.down(name);
    }
  }

  /** Waits until everything runs. @throws Error when something does not come up in three minutes */
  async allUp(): Promise<void> {
    if (await waitUntil(() => this.#down.size === 0, ALL_UP_MS)) return;
    throw new Error(`did not come up again: ${[...this.#down].join(', ')}`);
  }

  /** Begins the counts anew. */
  reset(): void {
    this.restarts.clear();
    this.deaths.clear();
    this.troubles.length = 0;
  }

  /** Lets go: nothing is started any more. */
  async stop(): Promise<void> {
    this.#stack = undefined;
    await Promise.allSettled(this.#reviving.values());
  }

  async #revive(name: ProcessOfStack): Promise<void> {
    while (this.#stack !== undefined && this.#down.has(name)) {
      const mayStart = SERVERS.includes(name) || !SERVERS.some((server) => this.#down.has(server));
      if (mayStart && !this.#held.has(name)) {
        const falls = this.#falls;
        this.restarts.set(name, (this.restarts.get(name) ?? 0) + 1);
        // One that ends again, most likely because a server went away meanwhile, is started again in the next round.
        const isUp = await this.#stack.restart(name).then(
          () => falls === this.#falls,
          (error: unknown) => {
            this.troubles.push((error as Error).message);
            return false;
          },
        );
        if (isUp) this.#down.delete(name);
      }
      await pause(PAUSE_MS);
    }
  }
}
