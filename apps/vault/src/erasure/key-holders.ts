import type { OutstandingLeases } from '../leases/outstanding-leases.js';
import type { RequestsInFlight } from './requests-in-flight.js';
import type { SoleVault } from './sole-vault.js';

/** Who knows of holders, and how long a lease lasts. */
export interface HolderParts {
  readonly leases: Pick<OutstandingLeases, 'isOut'>;
  readonly requests: Pick<RequestsInFlight, 'haveEnded'>;
  readonly sole: Pick<SoleVault, 'isAlone'>;
  readonly leaseMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Fences whose first sight is remembered; a forgotten one is waited for anew. */
const REMEMBERED = 100_000;
/** A request that reads keys takes seconds at most; a destruction that meets a longer one is asked for again. */
const IN_FLIGHT_MS = 10_000;

/**
 * Says when nobody can hold a fenced key any more. Behind a fence nothing is lent, so whatever was lent before has ended when
 * the time of a lease has passed since. Earlier, it is certain only to a vault that knows of every lease, and none is out.
 */
export class KeyHolders {
  readonly #fencedAt = new Map<string, number>();
  readonly #startedAt: number;

  constructor(private readonly parts: HolderParts) {
    this.#startedAt = parts.now();
  }

  /** Notes that the fence of a record stands; of several times the first counts. */
  fenced(recordId: string): void {
    if (this.#fencedAt.has(recordId)) return;
    const [oldest] = this.#fencedAt.keys();
    if (this.#fencedAt.size >= REMEMBERED && oldest !== undefined) this.#fencedAt.delete(oldest);
    this.#fencedAt.set(recordId, this.parts.now());
  }

  /** Notes that the fence of a record does not stand any more. */
  lifted(recordId: string): void {
    this.#fencedAt.delete(recordId);
  }

  /** Whether the fenced key of a record is in nobody's memory, this vault's included. */
  async areGone(recordId: string): Promise<boolean> {
    const { requests, leases, sole, leaseMs } = this.parts;
    if (!(await requests.haveEnded(IN_FLIGHT_MS))) return false;
    const now = this.parts.now();
    if (now - (this.#fencedAt.get(recordId) ?? now) >= leaseMs) return true;
    if (now - this.#startedAt < leaseMs || leases.isOut(recordId)) return false;
    return sole.isAlone();
  }
}
