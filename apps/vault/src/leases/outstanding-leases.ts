/** Most leases that are remembered one by one; beyond, every record counts as lent for the time of a lease. */
const CAPACITY = 200_000;

interface Lease {
  readonly recordId: string;
  readonly holder: string;
  readonly endsAt: number;
}

/**
 * Who holds which record's subkey, until the lease has ended or its holder has confirmed that it dropped the key. In memory
 * and on monotonic time: a vault that has just started knows nothing of what was lent before.
 */
export class OutstandingLeases {
  /** In the order in which they end, because all last equally long. */
  readonly #leases = new Map<string, Lease>();
  readonly #holders = new Map<string, Set<string>>();
  #uncountedUntil = 0;

  /**
   * @param lastingMs how long a lease lasts
   * @param now monotonic milliseconds
   */
  constructor(
    private readonly lastingMs: number,
    private readonly now: () => number = () => performance.now(),
    private readonly capacity = CAPACITY,
  ) {}

  /** Remember that a holder is about to be given these subkeys. */
  lend(holder: string, recordIds: readonly string[]): void {
    this.#sweep();
    const endsAt = this.now() + this.lastingMs;
    for (const recordId of recordIds) {
      const key = keyOf(recordId, holder);
      this.#leases.delete(key);
      if (this.#leases.size >= this.capacity) {
        this.#uncountedUntil = endsAt;
        continue;
      }
      this.#leases.set(key, { recordId, holder, endsAt });
      const holders = this.#holders.get(recordId) ?? new Set();
      this.#holders.set(recordId, holders.add(holder));
    }
  }

  /** A holder has dropped these subkeys, and every copy of them. */
  confirmDropped(holder: string, recordIds: readonly string[]): void {
    for (const recordId of recordIds) this.#forget(recordId, holder);
  }

  /** Whether anybody may still hold the subkey of a record. */
  isOut(recordId: string): boolean {
    this.#sweep();
    return this.#uncountedUntil > this.now() || this.#holders.has(recordId);
  }

  #sweep(): void {
    const now = this.now();
    for (const { recordId, holder, endsAt } of this.#leases.values()) {
      if (endsAt > now) return;
      this.#forget(recordId, holder);
    }
  }

  #forget(recordId: string, holder: string): void {
    this.#leases.delete(keyOf(recordId, holder));
    const holders = this.#holders.get(recordId);
    holders?.delete(holder);
    if (holders?.size === 0) this.#holders.delete(recordId);
  }
}

function keyOf(recordId: string, holder: string): string {
  return `${recordId} ${holder}`;
}
