import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DomainClock, ServiceLogger } from '@probity/platform';
import { KeyProviderError, type KeyProvider } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import { KEY_PROVIDER } from '../keys/key-provider.js';
import { VaultMetrics } from '../vault.metrics.js';
import { EpochRegistry } from './epoch-registry.js';
import { nextRotationDue } from './epoch-rules.js';
import { providerFails, rotationUnderWay } from './epoch-problems.js';
import { EpochRepository, type EpochRow } from './epoch.repository.js';
import { withRotationLock } from './rotation-lock.js';
import { Rotation, RotationStopped, type RotationStep } from './rotation.js';

/** Milliseconds of real time after which the due date, and what was broken off, are looked at again. */
const LOOK_MS = 30_000;

/** Begins rotations when they are due or asked for, and sees each to its end. */
@Injectable()
export class RotationService implements OnApplicationBootstrap {
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(EpochRepository) private readonly repository: EpochRepository,
    @Inject(EpochRegistry) private readonly registry: EpochRegistry,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(ServiceLogger) private readonly logger: ServiceLogger,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** Goes on with what was broken off, also with what stood still: a person may have put it right. */
  onApplicationBootstrap(): void {
    this.#track(this.#runIf((epochs) => isUnfinished(epochs)));
    this.clock.onChange(() => {
      this.#look();
    });
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_MS).unref();
  }

  /**
   * Begin a rotation, or go on with the one that is unfinished. Returns when the next epoch is the current one; the rest
   * goes on by itself.
   *
   * @throws ProblemError KEY-002 when one is under way, KEY-003 when the key provider fails
   */
  async rotate(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          if (!(await this.#run(resolve))) reject(rotationUnderWay());
        } catch (error) {
          // After the beginning nobody waits any more.
          reject(error instanceof KeyProviderError ? providerFails(error) : (error as Error));
          throw error;
        }
      };
      this.#track(run());
    });
  }

  /** Ends between two batches what is under way; the next start goes on with it. */
  async stop(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    const isWanted = (epochs: readonly EpochRow[]): boolean => {
      if (isUnfinished(epochs)) return epochs.every(({ stoppedBecause }) => stoppedBecause === null);
      const madeAt = epochs.find(({ state }) => state === 'current')?.madeAt;
      return typeof madeAt === 'string' && nextRotationDue(madeAt) <= this.clock.now();
    };
    this.#track(this.#runIf(isWanted));
  }

  async #runIf(isWanted: (epochs: readonly EpochRow[]) => boolean): Promise<void> {
    // Looked at without the lock: an operator's order must not find it taken by somebody who only looks.
    const epochs = await this.repository.all();
    if (isWanted(epochs)) await this.#run(undefined, isWanted);
  }

  /** One after another in this process; the lock sees to the others. */
  #track(work: Promise<void>): void {
    this.#running = Promise.all([
      this.#running,
      work.catch((error: unknown) => {
        this.#tell(error);
      }),
    ]).then(() => undefined);
  }

  /**
   * @param begun is told once the next epoch is the current one
   * @param isWanted is asked again once the lock is held
   * @returns false when another vault, or this one already, is at it
   */
  async #run(begun?: () => void, isWanted?: (epochs: readonly EpochRow[]) => boolean): Promise<boolean> {
    const { provider, repository, clock } = this;
    const observe = (step: RotationStep, keys: number): void => {
      this.figures.rotation(step, keys);
    };
    const held = await withRotationLock(this.pool, false, async (session) => {
      if (this.#ending.signal.aborted) return true;
      if (isWanted && !isWanted(await repository.all(session))) return true;
      const rotation = new Rotation(session, { provider, repository, clock, observe });
      await rotation.begin();
      await this.registry.refresh();
      begun?.();
      await rotation.finish(this.#ending.signal);
      return true;
    });
    return held ?? false;
  }

  #tell(error: unknown): void {
    if (error instanceof RotationStopped)
      this.logger.error(
        `the rotation of the key-encryption key stands still: ${error.message}`,
        undefined,
        'Rotation',
      );
    else
      this.logger.warn(
        'the rotation of the key-encryption key was broken off and goes on by itself',
        'Rotation',
      );
  }
}

function isUnfinished(epochs: readonly EpochRow[]): boolean {
  return epochs.some(({ state }) => state === 'planned' || state === 'retiring');
}
