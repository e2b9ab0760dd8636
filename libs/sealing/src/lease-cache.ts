import { HandedOut } from './handed-out.js';
import { zeroise } from './zeroise.js';

/** A leased `case` subkey. The bytes belong to whoever received them, who zeroises them after use. */
export interface CaseLease {
  /** Version of the data key that the subkey comes from. */
  readonly dekVersion: number;
  readonly subkey: Buffer;
}

interface Held extends CaseLease {
  readonly endsAt: number;
}

/**
 * Leases by record, least recently used first, bounded in number, each until its own end on a monotonic clock.
 *
 * What is handed out is a copy, so that zeroising an evicted subkey never blanks one that is being used.
 */
export class LeaseCache {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly capacity: number,
    private readonly now: () => number,
    private readonly handedOut: HandedOut = new HandedOut(now),
  ) {}

  /** How many subkeys are in memory. */
  get size(): number {
    return this.held.size;
  }

  /** A copy of a living lease, which becomes the most recently used. */
  get(recordId: string): CaseLease | undefined {
    const held = this.held.get(recordId);
    if (!held) return undefined;
    if (held.endsAt <= this.now()) {
      this.#drop(recordId, held);
      return undefined;
    }
    this.held.delete(recordId);
    this.held.set(recordId, held);
    return this.copyOf(recordId, held, held.endsAt);
  }

  /** A copy of a lease for a caller. */
  copyOf(recordId: string, { dekVersion, subkey }: CaseLease, endsAt: number): CaseLease {
    return { dekVersion, subkey: this.handedOut.give(recordId, subkey, endsAt) };
  }

  /** Keep a lease until `endsAt` milliseconds of the monotonic clock. The cache takes a copy. */
  put(recordId: string, lease: CaseLease, endsAt: number): void {
    const former = this.held.get(recordId);
    if (former) this.#drop(recordId, former);
    this.held.set(recordId, {
      dekVersion: lease.dekVersion,
      subkey: Buffer.from(lease.subkey),
      endsAt,
    });
    if (this.held.size <= this.capacity) return;
    const oldest = this.held.entries().next().value;
    if (oldest) this.#drop(...oldest);
  }

  /** Drop and zeroise the lease of one record. */
  drop(recordId: string): void {
    const held = this.held.get(recordId);
    if (held) this.#drop(recordId, held);
  }

  /** Drop and zeroise every lease that has ended. */
  sweep(): void {
    const now = this.now();
    for (const [recordId, held] of this.held) {
      if (held.endsAt <= now) this.#drop(recordId, held);
    }
  }

  /** Drop and zeroise every lease. */
  clear(): void {
    for (const [recordId, held] of this.held) this.#drop(recordId, held);
  }

  #drop(recordId: string, held: Held): void {
    this.held.delete(recordId);
    zeroise(held.subkey);
  }
}
