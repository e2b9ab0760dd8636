import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { DomainClock, ServiceLogger, StackConfig } from '@probity/platform';
import { readCheckKey } from '@probity/platform';
import { PacedLoop } from '@probity/reconciliation';
import type { Pace, Settlement } from '@probity/reconciliation';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { ReadModelCheck } from './read-model-check.js';

// A tenth of a core at most: applying events comes first.
const PACE: Pace = { restFactor: 10, idleMs: 2_000 };
/** How long an order to check everything now waits for it, ms of real time. */
const NOW_LIMIT_MS = 60_000;
const LOOK_MS = 100;

/** What the checks of a process work with. */
export interface ReadModelChecksParts {
  readonly hosts: readonly ProjectionHost[];
  readonly config: StackConfig;
  readonly clock: DomainClock;
  readonly logger: ServiceLogger;
}

/** The checks of every read model that this process builds, for as long as it runs. */
export class ReadModelChecks implements OnApplicationBootstrap {
  readonly checks: readonly ReadModelCheck[];
  readonly #loops: readonly PacedLoop[];
  readonly #faults = new Map<string, string>();

  constructor(private readonly parts: ReadModelChecksParts) {
    const { hosts, config, clock } = parts;
    this.checks = hosts.map(
      (host) =>
        new ReadModelCheck({
          host,
          key: readCheckKey(config, host.projection.identity),
          now: () => clock.now(),
          settled: (settlement) => {
            this.#tell(settlement);
          },
        }),
    );
    this.#loops = this.checks.map((check) => this.#loop(check));
  }

  onApplicationBootstrap(): void {
    for (const loop of this.#loops) loop.start();
  }

  /** Ends after the looks in hand; before the hosts are closed. */
  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  /**
   * Checks everything once without resting, from its beginning.
   *
   * @returns false when it did not end within a minute; it goes on by itself then
   */
  async runNow(): Promise<boolean> {
    // A pass that is under way has left out what was changed behind it.
    const goals = this.checks.map((check) => [check, check.report().passes + 2] as const);
    const end = performance.now() + NOW_LIMIT_MS;
    for (const loop of this.#loops) loop.hurry(true);
    try {
      while (performance.now() < end) {
        if (goals.every(([check, passes]) => check.report().passes >= passes)) return true;
        await sleep(LOOK_MS);
      }
      return false;
    } finally {
      for (const loop of this.#loops) loop.hurry(false);
    }
  }

  #loop(check: ReadModelCheck): PacedLoop {
    const { projection } = check;
    const turn = async (): Promise<boolean> => {
      const hasMore = await check.turn();
      this.#faults.delete(projection);
      return hasMore;
    };
    return new PacedLoop(PACE, turn, (error) => {
      const fault = error instanceof Error ? error.name : 'unknown error';
      if (this.#faults.get(projection) !== fault)
        this.parts.logger.warn(`the check of ${projection} cannot go on and tries again: ${fault}`, error, 'ReadModelChecks'); // prettier-ignore
      this.#faults.set(projection, fault);
    });
  }

  #tell({ raised, resolved }: Settlement): void {
    const { logger } = this.parts;
    for (const { code, sentence } of raised) logger.error(`alarm ${code}: ${sentence}`, 'ReadModelChecks');
    for (const { code, place } of resolved)
      logger.log(`alarm ${code} at ${place} is resolved`, 'ReadModelChecks');
  }
}
