import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Injectable, Logger } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { GovernanceClient } from '../clients/governance.client.js';
import type { ImportJob } from './import-job.js';
import { ImportJobRepository } from './import-job.repository.js';
import { scopeOf } from './row-key.js';
import { SealedSpool } from './sealed-spool.js';
import { SeenRowsRepository } from './seen-rows.repository.js';

/** Real milliseconds between two looks; with a controlled clock each step of it is a look as well. */
const LOOK_EVERY = 10 * 60_000;

/**
 * Forgets imports when their time is over: sealed outcomes and problem rows, what is spooled, and the keyed hashes of rows
 * that made no record. Only an interrupted import whose window is still open keeps those, for it may go on.
 */
@Injectable()
export class ImportRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('import-retention');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: DomainClock,
    private readonly jobs: ImportJobRepository,
    private readonly seenRows: SeenRowsRepository,
    private readonly spool: SealedSpool,
    private readonly governance: GovernanceClient,
  ) {}

  onApplicationBootstrap(): void {
    this.clock.onChange((now) => this.forgetExpired(now));
    this.#timer = setInterval(() => {
      void this.forgetExpired(this.clock.now());
    }, LOOK_EVERY).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** Forget every import that has ended and was kept until before `now`; what fails is tried again at the next look. */
  async forgetExpired(now: string): Promise<void> {
    try {
      for (const job of await this.jobs.expired(now)) await this.#forget(job);
    } catch (error) {
      this.#logger.warn(`imports were not forgotten and will be: ${(error as Error).name}`);
    }
  }

  async #forget(job: ImportJob): Promise<void> {
    if (!(await this.#mayGoOn(job))) await this.seenRows.forget(scopeOf(job));
    await this.spool.remove(job.id);
    await this.jobs.forget(job.id);
  }

  async #mayGoOn(job: ImportJob): Promise<boolean> {
    if (job.state === 'completed' || job.windowId === null) return false;
    return (await this.governance.window(job.windowId)).state === 'open';
  }
}
