import type { CaseLease, LeaseCache } from './lease-cache.js';
import { zeroise } from './zeroise.js';

/** Records that one request may lease. */
export const LEASE_BATCH_LIMIT = 1000;
/** A lease never outlives this, whatever the vault answers. */
const LONGEST_LEASE_MS = 60_000;

interface LeaseAnswer {
  readonly leases: readonly { recordId: string; dekVersion: number; subkey: string }[];
  readonly expiresInSeconds: number;
}

interface Answered extends CaseLease {
  /** End of the lease, in monotonic milliseconds. */
  readonly endsAt: number;
}

interface LeaseBatch {
  readonly recordIds: string[];
  readonly answer: Promise<Map<string, Answered>>;
  /** Calls that still have to copy their subkeys out of the answer. */
  readers: number;
}

/**
 * Joins the lease requests of concurrent callers: a record that is being asked for is not asked for twice, and all that
 * is asked within one turn of the event loop goes out together.
 */
export class LeaseBatcher {
  readonly #inFlight = new Map<string, LeaseBatch>();
  #filling: LeaseBatch | undefined;

  constructor(
    private readonly ask: (body: { group: 'case'; recordIds: string[] }) => Promise<unknown>,
    private readonly cache: LeaseCache,
    private readonly now: () => number,
    private readonly isBarred: (recordId: string) => boolean = () => false,
  ) {}

  /** Whether a record is being asked for. */
  isAsking(recordId: string): boolean {
    return this.#inFlight.has(recordId);
  }

  /** @see VaultClient.leaseCase */
  async lease(recordIds: readonly string[]): Promise<Map<string, CaseLease>> {
    const leases = new Map<string, CaseLease>();
    const batches = new Set<LeaseBatch>();
    const wanted = new Set<string>();
    for (const recordId of recordIds) {
      if (leases.has(recordId) || wanted.has(recordId)) continue;
      const cached = this.cache.get(recordId);
      if (cached) {
        leases.set(recordId, cached);
      } else {
        wanted.add(recordId);
        batches.add(this.#batchOf(recordId));
      }
    }
    for (const batch of batches) batch.readers += 1;
    await this.#collect(batches, wanted, leases);
    return leases;
  }

  async #collect(
    batches: ReadonlySet<LeaseBatch>,
    wanted: ReadonlySet<string>,
    leases: Map<string, CaseLease>,
  ): Promise<void> {
    const settled = await Promise.allSettled([...batches].map((batch) => batch.answer));
    for (const [index, batch] of [...batches].entries()) {
      const outcome = settled[index];
      batch.readers -= 1;
      if (outcome?.status !== 'fulfilled') continue;
      for (const recordId of batch.recordIds) {
        const lease = wanted.has(recordId) ? outcome.value.get(recordId) : undefined;
        if (lease) leases.set(recordId, this.cache.copyOf(recordId, lease, lease.endsAt));
      }
      if (batch.readers === 0) zeroise(...[...outcome.value.values()].map((lease) => lease.subkey));
    }
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      zeroise(...[...leases.values()].map((lease) => lease.subkey));
      throw failed.reason;
    }
  }

  #batchOf(recordId: string): LeaseBatch {
    const asked = this.#inFlight.get(recordId);
    if (asked) return asked;
    const batch = this.#filling ?? this.#open();
    batch.recordIds.push(recordId);
    this.#inFlight.set(recordId, batch);
    if (batch.recordIds.length === LEASE_BATCH_LIMIT) this.#filling = undefined;
    return batch;
  }

  #open(): LeaseBatch {
    const recordIds: string[] = [];
    const batch: LeaseBatch = {
      recordIds,
      readers: 0,
      answer: new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        if (this.#filling === batch) this.#filling = undefined;
        return this.#send(recordIds);
      }),
    };
    this.#filling = batch;
    return batch;
  }

  async #send(recordIds: string[]): Promise<Map<string, Answered>> {
    // Counted from before the question: the vault's own count began later than this.
    const askedAt = this.now();
    try {
      const answer = (await this.ask({ group: 'case', recordIds })) as LeaseAnswer;
      const endsAt = askedAt + Math.min(answer.expiresInSeconds * 1000, LONGEST_LEASE_MS);
      const leases = new Map<string, Answered>();
      for (const { recordId, dekVersion, subkey } of answer.leases) {
        // Lent before its fence stood, and on its way since.
        if (this.isBarred(recordId)) continue;
        const lease = { dekVersion, subkey: Buffer.from(subkey, 'base64url'), endsAt };
        leases.set(recordId, lease);
        this.cache.put(recordId, lease, endsAt);
      }
      return leases;
    } finally {
      for (const recordId of recordIds) this.#inFlight.delete(recordId);
    }
  }
}
