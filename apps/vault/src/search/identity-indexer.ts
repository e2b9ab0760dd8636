import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { recordTerms, Tokeniser } from '@probity/identity-matching';
import { ServiceLogger } from '@probity/platform';
import { IdentityOpener } from '../open/identity-opener.js';
import { PepperVault } from '../peppers/pepper.vault.js';
import { VaultMetrics } from '../vault.metrics.js';
import { IdentityFeed, type WaitingIdentity } from './identity-feed.js';
import { IdentityTokenRepository, type RecordTokens } from './identity-token.repository.js';

/** Identities that are opened and indexed together. */
const AT_ONCE = 200;
/** How often it is looked for new ones, in milliseconds of real time. */
const EVERY_MS = 500;
const ALL_LISTS = { family: null, borough: null } as const;

/**
 * Keeps the tokens of every living record: opens identities as they are sealed, here in the vault, and writes nothing of them but
 * keyed hashes. What cannot be opened now, such as a record behind a fence, waits and is tried again.
 */
@Injectable()
export class IdentityIndexer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(IdentityFeed) private readonly feed: IdentityFeed,
    @Inject(IdentityOpener) private readonly opener: IdentityOpener,
    @Inject(IdentityTokenRepository) private readonly tokens: IdentityTokenRepository,
    @Inject(PepperVault) private readonly peppers: PepperVault,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
    @Inject(ServiceLogger) private readonly logger: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  /** Ends after what is under way, before the databases are left. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let isHealthy = true;
    while (!signal.aborted) {
      try {
        this.figures.identitiesWaiting(await this.#pass());
        isHealthy = true;
      } catch (error) {
        // Told once: databases that are away are told of by readiness too.
        if (isHealthy) this.logger.warn('identities are not being indexed', error, 'IdentityIndexer');
        isHealthy = false;
      }
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Once through everything that waits. @returns how many still do */
  async #pass(): Promise<number> {
    let left = 0;
    let after = 0;
    for (let isLast = false; !isLast && !this.#stop.signal.aborted;) {
      const waiting = await this.feed.waiting(after, AT_ONCE);
      after = waiting.at(-1)?.position ?? after;
      isLast = waiting.length < AT_ONCE;
      const done = await this.#index(waiting);
      if (done.length > 0) await this.feed.done(done);
      left += waiting.length - done.length;
    }
    return left;
  }

  /** @returns positions of those that need nothing more: indexed, or without a key */
  async #index(waiting: readonly WaitingIdentity[]): Promise<number[]> {
    const ids = [...new Set(waiting.map(({ recordId }) => recordId))];
    if (ids.length === 0) return [];
    const records = await this.#tokensOf(ids);
    if (records.length > 0) await this.tokens.replace(records);
    this.figures.identitiesIndexed(records.length);
    const indexed = new Set(records.map(({ recordId }) => recordId));
    const living = await this.tokens.living(ids);
    return waiting.flatMap(({ position, recordId }) =>
      indexed.has(recordId) || !living.has(recordId) ? [position] : [],
    );
  }

  async #tokensOf(ids: readonly string[]): Promise<RecordTokens[]> {
    const opened = await this.opener.open(ids, ['familyName', 'givenName', 'dateOfBirth'], ALL_LISTS);
    return this.peppers.use('search', (pepper) => {
      const tokeniser = new Tokeniser(pepper);
      return opened.map(({ recordId, familyName = '', givenName = '', dateOfBirth = '' }) => ({
        recordId,
        tokens: recordTerms({ familyName, givenName, dateOfBirth }).map((term) => tokeniser.tokenOf(term)),
      }));
    });
  }
}
