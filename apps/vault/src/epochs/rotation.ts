import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Clock } from '@probity/platform';
import { KeyProviderError, zeroise, type KeyProvider } from '@probity/sealing';
import { whyUnaccounted } from './epoch-rules.js';
import type { EpochRepository, EpochRow, EpochSession } from './epoch.repository.js';
import { WRAPPED_KEYS, type KeyPage, type WrappedKey, type WrappedKeys } from './wrapped-keys.js';

/** What a rotation has just done. Killed after any of these, it goes on from there. */
export type RotationStep =
  'planned' | 'key made' | 'begun' | 'counted' | 'batch rewrapped' | 'verified' | 'key destroyed' | 'ended';

/** Is told of each step and how many keys it was about; a test may end the rotation by throwing. */
export type RotationObserver = (step: RotationStep, keys: number) => void;

/** Keys after which readers and writers of fresh keys are let in. */
const STRETCH = 50;

/** Keys of each table that are opened before the old key goes. */
const SAMPLE = 256;

/** The keys are not all accounted for: nothing is destroyed, and a person has to look. */
export class RotationStopped extends Error {
  override readonly name = 'RotationStopped';
}

/** What a rotation works with. */
export interface RotationParts {
  readonly provider: KeyProvider;
  readonly repository: EpochRepository;
  readonly clock: Clock;
  readonly observe: RotationObserver;
}

/**
 * Moves every key from one key-encryption key to the next and destroys the old one. Each step can be done again, and
 * what is done stands in the database, so that a rotation goes on wherever it was broken off.
 */
export class Rotation {
  /** @param session holds the lock on epochs */
  constructor(
    private readonly session: EpochSession,
    private readonly parts: RotationParts,
  ) {}

  /** Make the next epoch the current one: from now on new keys are wrapped under it. Ends at once when one is unfinished. */
  async begin(): Promise<void> {
    const { repository, provider, clock, observe } = this.parts;
    const epochs = await repository.all(this.session);
    if (epochs.some(({ state }) => state === 'retiring')) return;
    const last = epochs.at(-1) as EpochRow;
    const next = last.state === 'planned' ? last.epoch : last.epoch + 1;
    if (last.state !== 'planned') await repository.plan(this.session, next);
    observe('planned', 0);
    await provider.createEpoch(next);
    observe('key made', 0);
    await repository.begin(this.session, next, clock.now());
    observe('begun', 0);
  }

  /**
   * Rewrap what is under the retiring epoch, make sure of it, and only then destroy its key. Ends early, between two
   * batches, when the signal says so.
   *
   * @throws RotationStopped when a key is missing or does not open: both keys stay
   */
  async finish(signal: AbortSignal): Promise<void> {
    const { repository, observe } = this.parts;
    const epochs = await repository.all(this.session);
    const from = epochs.find(({ state }) => state === 'retiring')?.epoch;
    const to = epochs.find(({ state }) => state === 'current')?.epoch;
    if (from === undefined || to === undefined) return;
    await repository.stop(this.session, from, null);
    await repository.countRetiring(this.session, from);
    observe('counted', 0);
    for (const table of WRAPPED_KEYS) await this.#rewrap(table, { from, to }, signal);
    if (signal.aborted) return;
    const why =
      whyUnaccounted(from, await repository.rewrapCount(this.session, from)) ?? (await this.#openSample(to));
    if (why !== null) {
      await repository.stop(this.session, from, why);
      throw new RotationStopped(why);
    }
    observe('verified', 0);
    await this.#end(from);
  }

  async #end(epoch: number): Promise<void> {
    const { repository, provider, clock, observe } = this.parts;
    await provider.destroyEpoch(epoch);
    observe('key destroyed', 0);
    await repository.end(this.session, epoch, clock.now(), provider.destructionAssured);
    observe('ended', 0);
  }

  async #rewrap(table: WrappedKeys, move: { from: number; to: number }, signal: AbortSignal): Promise<void> {
    for (let place: number | null = 0; place !== null && !signal.aborted;) {
      const page: KeyPage = await table.page(this.session, move.from, place);
      const moved = await this.#wrapAll(page.keys, move);
      const [keys, wrapped] = [moved.map(({ key }) => key), moved.map(({ wrapped: anew }) => anew)];
      if (keys.length > 0) await table.replace(this.session, move, keys, wrapped);
      this.parts.observe('batch rewrapped', keys.length);
      place = page.next;
    }
  }

  /** Those keys that open, with their new wrappings. */
  async #wrapAll(
    keys: readonly WrappedKey[],
    move: { from: number; to: number },
  ): Promise<{ key: WrappedKey; wrapped: Buffer }[]> {
    const moved: { key: WrappedKey; wrapped: Buffer }[] = [];
    for (let at = 0; at < keys.length; at += STRETCH) {
      const stretch = keys.slice(at, at + STRETCH);
      const wrapped = await Promise.all(stretch.map((key) => this.#wrapAnew(key, move)));
      for (const [index, key] of stretch.entries()) {
        const anew = wrapped[index];
        if (anew) moved.push({ key, wrapped: anew });
      }
      await letOthersRun();
    }
    return moved;
  }

  /** The key wrapped under the other epoch, read back and compared; null when it does not open under its own. */
  async #wrapAnew(key: WrappedKey, { from, to }: { from: number; to: number }): Promise<Buffer | null> {
    const { provider } = this.parts;
    let clear: Buffer;
    try {
      clear = await provider.unwrap(from, key.wrapped, key.aad(from));
    } catch (error) {
      if (error instanceof KeyProviderError && error.fault !== 'failed') return null;
      throw error;
    }
    try {
      const wrapped = await provider.wrap(to, clear, key.aad(to));
      const back = await provider.unwrap(to, wrapped, key.aad(to));
      const isSame = back.equals(clear);
      zeroise(back);
      if (!isSame) throw new Error('the key provider gave another key back than it was given');
      return wrapped;
    } finally {
      zeroise(clear);
    }
  }

  /** Opens keys as they stand in the database now. @returns why the old key must stay, or null */
  async #openSample(epoch: number): Promise<string | null> {
    const { provider } = this.parts;
    for (const table of WRAPPED_KEYS) {
      for (const key of await table.sample(this.session, epoch, SAMPLE)) {
        try {
          zeroise(await provider.unwrap(epoch, key.wrapped, key.aad(epoch)));
        } catch (error) {
          if (!(error instanceof KeyProviderError) || error.fault === 'failed') throw error;
          return `of a sample of keys under epoch ${String(epoch)}, one does not open`;
        }
      }
    }
    return null;
  }
}
