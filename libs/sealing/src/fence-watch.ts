import type { HandedOut } from './handed-out.js';
import type { LeaseCache } from './lease-cache.js';
import { LEASE_BATCH_LIMIT } from './lease-batcher.js';

/** How the vault tells of fences and hears of dropped keys. */
export interface FenceNews {
  /** Fenced records after a number, and the number to go on after; without a number, that number alone. */
  after(sequence: number | null): Promise<{ recordIds: string[]; last: number }>;
  confirmDropped(recordIds: readonly string[]): Promise<unknown>;
}

/** What the watch looks after. */
export interface Watched {
  readonly cache: LeaseCache;
  readonly handedOut: HandedOut;
  /** Whether an answer of the vault may still bring a subkey of the record. */
  readonly isAsking: (recordId: string) => boolean;
}

/**
 * Drops the subkeys of records that were fenced, and confirms it to the vault once no copy is in use: so a key can be destroyed
 * before the leases of it have ended. Whatever goes wrong here only lets the vault wait for that end.
 */
export class FenceWatch {
  readonly #barred = new Set<string>();
  #after: number | null = null;
  #isLooking = false;

  constructor(
    private readonly news: FenceNews,
    private readonly watched: Watched,
  ) {}

  /** Whether a record is fenced and its keys are being dropped: what still comes of it must not be kept. */
  bars(recordId: string): boolean {
    return this.#barred.has(recordId);
  }

  /** Look for fences, if anything is held; never rejects, and one look at a time. */
  async look(): Promise<void> {
    const { cache, handedOut } = this.watched;
    const isHolding = handedOut.sweep() || cache.size > 0 || this.#barred.size > 0;
    if (this.#isLooking || !isHolding) return;
    this.#isLooking = true;
    try {
      const { recordIds, last } = await this.news.after(this.#after);
      this.#after = last;
      for (const recordId of recordIds) {
        this.#barred.add(recordId);
        cache.drop(recordId);
      }
      await this.#confirm();
    } catch {
      // The next look tries again.
    } finally {
      this.#isLooking = false;
    }
  }

  async #confirm(): Promise<void> {
    const { handedOut, isAsking } = this.watched;
    const dropped = [...this.#barred]
      .filter((recordId) => !isAsking(recordId) && !handedOut.isInUse(recordId))
      .slice(0, LEASE_BATCH_LIMIT);
    if (dropped.length === 0) return;
    await this.news.confirmDropped(dropped);
    for (const recordId of dropped) this.#barred.delete(recordId);
  }
}
