import { setTimeout as sleep } from 'node:timers/promises';
import { capped } from '@probity/reconciliation';
import type { Finding } from '@probity/reconciliation';
import type { LaneWatch } from './lane-watch.js';
import { NAMED } from './lane-findings.js';
import type { LedgerRepository } from './ledger.repository.js';
import { sealedFinding, storeFinding } from './store-findings.js';
import type { PlaceOfLane } from './store-findings.js';
import type { Difference, StoreRepository } from './store.repository.js';

/** Positions that one statement compares. */
const WINDOW = 4_000n;
/** How long a window waits for the topics to be verified as far as it needs, ms of real time; then it is left for the next pass. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 100;

/** What a sweep works with. */
export interface SweepParts {
  readonly store: StoreRepository;
  readonly ledger: LedgerRepository;
  readonly placeOf: PlaceOfLane;
  /** Who verifies the topics. */
  readonly watch: Pick<LaneWatch, 'lanes' | 'looks'>;
  /** Fills in stream and version of an event that is gone from the store, from its topic. */
  readonly identify: (difference: Difference) => Promise<Difference>;
  readonly settle: (scope: string, findings: readonly Finding[]) => Promise<void>;
  readonly isStopping: () => boolean;
}

/** What a sweep knows of its last whole pass. */
export interface PassReport {
  /** Whole passes since the process started. */
  readonly passes: number;
  /** Real time of the last whole pass from its beginning to its end, ms; null before the first. */
  readonly durationMs: number | null;
  /** Real time since the last whole pass ended, ms; null before the first. */
  readonly ageMs: number | null;
}

/** Goes through the event store by position, again and again, and compares it with what was verified. */
export class StoreSweep {
  #at = 0n;
  #passes = 0;
  #began = performance.now();
  #durationMs: number | null = null;
  #ended: number | null = null;

  /** @param kind which bytes are compared: `events` is header, skeleton and proof; `ciphertext` is what is sealed */
  constructor(
    private readonly kind: 'events' | 'ciphertext',
    private readonly parts: SweepParts,
  ) {}

  report(): PassReport {
    const ageMs = this.#ended === null ? null : performance.now() - this.#ended;
    return { passes: this.#passes, durationMs: this.#durationMs, ageMs };
  }

  /** Compares the next window; answers false after the last one of a pass. */
  async turn(): Promise<boolean> {
    if (this.#at === 0n) this.#began = performance.now();
    const to = this.#at + WINDOW;
    const findings = await (this.kind === 'events'
      ? this.#events(this.#at, to)
      : this.#ciphertext(this.#at, to));
    const area = `positions ${String(this.#at + 1n)} to ${String(to)}`;
    if (findings !== null)
      await this.parts.settle(`${this.kind}:${String(this.#at)}`, capped(findings, NAMED, area));
    this.#at = to;
    if (to < (await this.parts.store.lastPosition())) return true;
    this.#at = 0n;
    this.#passes += 1;
    this.#ended = performance.now();
    this.#durationMs = this.#ended - this.#began;
    return false;
  }

  async #ciphertext(from: bigint, to: bigint): Promise<Finding[]> {
    const differences = await this.parts.store.sealedDifferences(from, to);
    return differences.map((difference) => sealedFinding(difference, this.parts.placeOf));
  }

  /** Null when it cannot be told yet. */
  async #events(from: bigint, to: bigint): Promise<Finding[] | null> {
    const differences = await this.parts.store.differences(from, to);
    const uncovered = await this.#uncovered(differences.filter(({ state }) => state === 'uncovered'));
    if (uncovered === null) return null;
    const others = differences.filter(({ state }) => state !== 'uncovered');
    const homes = await this.parts.ledger.rehome([...others, ...uncovered].map(({ eventId }) => eventId));
    const real = [...others, ...uncovered].filter(({ eventId }) => !homes.has(eventId));
    const findings: Finding[] = [];
    for (const difference of real) {
      const isNamed = difference.state === 'gone' && findings.length < NAMED;
      const known = isNamed ? await this.parts.identify(difference) : difference;
      findings.push(storeFinding(known, this.parts.placeOf));
    }
    return findings;
  }

  /**
   * Which of these are in no topic. An event that does not wait in the outbox has been published, so it lies below the end that
   * its topic has now: once the topic is verified up to there, the event is known or it is lost. No clock is needed for that.
   */
  async #uncovered(candidates: readonly Difference[]): Promise<Difference[] | null> {
    if (candidates.length === 0) return [];
    const positions = candidates.map(({ position }) => position);
    const published = await this.parts.store.unaccounted(positions);
    const suspects = candidates.filter(({ position }) => published.has(position));
    if (suspects.length === 0) return [];
    if (!(await this.#verifiedUpToNow(new Set(suspects.map(({ topic }) => topic))))) return null;
    const lost = await this.parts.store.unaccounted(suspects.map(({ position }) => position));
    return suspects.filter(({ position }) => lost.has(position));
  }

  async #verifiedUpToNow(topics: ReadonlySet<string | null>): Promise<boolean> {
    const { watch } = this.parts;
    const until = performance.now() + PATIENCE_MS;
    const waitFor = async (condition: () => boolean): Promise<boolean> => {
      while (!condition()) {
        if (performance.now() > until || this.parts.isStopping()) return false;
        await sleep(LOOK_MS);
      }
      return true;
    };
    // The look under way may have begun before the outbox was read; the one after it has not.
    const look = watch.looks() + 2;
    if (!(await waitFor(() => watch.looks() >= look))) return false;
    const wanted = watch.lanes().filter(({ lane }) => topics.has(lane.topic));
    const required = wanted.map(({ lane, marks }) => ({ lane, high: marks?.high ?? 0n }));
    return waitFor(() => required.every(({ lane, high }) => lane.nextOffset >= high));
  }
}
