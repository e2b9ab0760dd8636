import { Inject, Injectable } from '@nestjs/common';
import { LEASE_MS } from '../leases/lease-time.js';
import { OutstandingLeases } from '../leases/outstanding-leases.js';
import { RequestsInFlight } from './requests-in-flight.js';
import { SoleVault } from './sole-vault.js';

/** Fences whose first sight is remembered; a forgotten one is waited for anew. */
const REMEMBERED = 100_000;
/** A request that reads keys takes seconds at most; a destruction that meets a longer one is asked for again. */
const IN_FLIGHT_MS = 10_000;

/**
 * Says when nobody can hold a fenced key any more. Behind a fence nothing is lent, so whatever was lent before has ended when
 * the time of a lease has passed since. Earlier, it is certain only to a vault that knows of every lease, and none is out.
 */
@Injectable()
export class KeyHolders {
  readonly #fencedAt = new Map<string, number>();
  readonly #startedAt = performance.now();

  constructor(
    @Inject(OutstandingLeases) private readonly leases: OutstandingLeases,
    @Inject(RequestsInFlight) private readonly requests: RequestsInFlight,
    @Inject(SoleVault) private readonly sole: SoleVault,
    @Inject(LEASE_MS) private readonly leaseMs: number,
  ) {}

  /** Notes that the fence of a record stands; of several times the first counts. */
  fenced(recordId: string): void {
    if (this.#fencedAt.has(recordId)) return;
    const [oldest] = this.#fencedAt.keys();
    if (this.#fencedAt.size >= REMEMBERED && oldest !== undefined) this.#fencedAt.delete(oldest);
    this.#fencedAt.set(recordId, performance.now());
  }

  /** Notes that the fence of a record does not stand any more. */
  lifted(recordId: string): void {
    this.#fencedAt.delete(recordId);
  }

  /** Whether the fenced key of a record is in nobody's memory, this vault's included. */
  async areGone(recordId: string): Promise<boolean> {
    if (!(await this.requests.haveEnded(IN_FLIGHT_MS))) return false;
    const now = performance.now();
    if (now - (this.#fencedAt.get(recordId) ?? now) >= this.leaseMs) return true;
    if (now - this.#startedAt < this.leaseMs || this.leases.isOut(recordId)) return false;
    return this.sole.isAlone();
  }
}
