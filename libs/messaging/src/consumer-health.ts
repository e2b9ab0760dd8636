import type { Position, TopicPartition } from './partition-fault.js';
import { describePosition } from './partition-fault.js';

/** A partition that waits for a person. */
export interface HaltedPartition extends Position {
  code: string;
  reason: string;
}

/** A partition that is backing off after a transient failure. `attempts` counts failures in a row. */
export interface RetryingPartition extends TopicPartition {
  attempts: number;
  error: string;
}

/**
 * What readiness reports. `ready` is false while starting, while it waits for a topic to hold a position, after a crash, when a batch or the fetch loop hangs, when a partition is
 * halted, and when one has failed `RETRIES_BEFORE_UNREADY` times in a row. Ages are milliseconds of monotonic time.
 */
export interface ConsumerHealth {
  ready: boolean;
  state: 'starting' | 'waiting' | 'running' | 'stuck' | 'crashed' | 'stopped';
  detail: string;
  assigned: number;
  halted: HaltedPartition[];
  retrying: RetryingPartition[];
  oldestBatchMs: number | null;
  lastFetchMs: number | null;
}

/** How long work may take before it counts as hung, in milliseconds. */
export interface StallLimits {
  /** From the start of a batch to its end. */
  batchMs: number;
  /** From one answered fetch to the next while no batch is in hand. */
  fetchMs: number;
}

export const DEFAULT_STALL_LIMITS: StallLimits = { batchMs: 60_000, fetchMs: 30_000 };
/** Failures in a row of one partition after which readiness fails. */
export const RETRIES_BEFORE_UNREADY = 5;

function key(at: TopicPartition): string {
  return `${at.topic}/${String(at.partition)}`;
}

/** Keeps what is known of a consumer's progress, on a monotonic clock given in milliseconds. */
export class ConsumerMonitor {
  readonly #inHand = new Map<string, number>();
  readonly #halted = new Map<string, HaltedPartition>();
  readonly #retrying = new Map<string, RetryingPartition>();
  #state: 'starting' | 'waiting' | 'running' | 'crashed' | 'stopped' = 'starting';
  #crash = '';
  #wait = '';
  #assigned = 0;
  #backlog: bigint | null = null;
  #lastFetch: number | undefined;

  constructor(
    private readonly now: () => number,
    private readonly limits: StallLimits = DEFAULT_STALL_LIMITS,
  ) {}

  /** The group gave this consumer these partitions; what was known of others is forgotten. */
  joined(partitions: readonly TopicPartition[]): void {
    if (this.#state === 'starting' || this.#state === 'waiting') this.#state = 'running';
    this.#assigned = partitions.length;
    this.#backlog = null;
    this.#lastFetch = this.now();
    const mine = new Set(partitions.map(key));
    for (const map of [this.#halted, this.#retrying])
      for (const name of map.keys()) if (!mine.has(name)) map.delete(name);
  }

  fetched(): void {
    this.#lastFetch = this.now();
  }

  started(at: TopicPartition): void {
    this.#inHand.set(key(at), this.now());
  }

  ended(at: TopicPartition): void {
    this.#inHand.delete(key(at));
    this.#lastFetch = this.now(); // the fetch loop waits for batches, so its age counts from their end
  }

  progressed(at: TopicPartition): void {
    this.#retrying.delete(key(at));
  }

  /** Counts a transient failure and returns how many there were in a row. `error` is a type or code, never a message. */
  failed(at: TopicPartition, error: string): number {
    const attempts = (this.#retrying.get(key(at))?.attempts ?? 0) + 1;
    this.#retrying.set(key(at), { topic: at.topic, partition: at.partition, attempts, error });
    return attempts;
  }

  halt(fault: HaltedPartition): void {
    this.#retrying.delete(key(fault));
    this.#halted.set(key(fault), fault);
  }

  isHalted(at: TopicPartition): boolean {
    return this.#halted.has(key(at));
  }

  /** @param reason which position its topic does not hold, in a sentence */
  waits(reason: string): void {
    if (this.#state === 'starting') this.#state = 'waiting';
    this.#wait = reason;
  }

  /** Works, though not in the group yet. @param records how many it is behind */
  catchesUp(records: bigint): void {
    this.#state = 'running';
    this.#backlog = records;
  }

  /** The positions were moved by a person's act: what stood still or failed at the old ones is tried anew. */
  repositioned(): void {
    this.#halted.clear();
    this.#retrying.clear();
  }

  /** @param reason the type of the error that ended the consumer. */
  crashed(reason: string): void {
    this.#state = 'crashed';
    this.#crash = reason;
  }

  stopped(): void {
    if (this.#state !== 'crashed') this.#state = 'stopped';
  }

  health(): ConsumerHealth {
    const now = this.now();
    const starts = [...this.#inHand.values()];
    const oldestBatchMs = starts.length > 0 ? now - Math.min(...starts) : null;
    const lastFetchMs = this.#lastFetch === undefined ? null : now - this.#lastFetch;
    const stall = this.#stall(oldestBatchMs, lastFetchMs);
    const halted = [...this.#halted.values()];
    const retrying = [...this.#retrying.values()];
    const failing = retrying.filter((entry) => entry.attempts >= RETRIES_BEFORE_UNREADY);
    return {
      ready: this.#state === 'running' && stall === null && halted.length === 0 && failing.length === 0,
      state: this.#state === 'running' && stall !== null ? 'stuck' : this.#state,
      detail: this.#detail(stall, halted, failing),
      assigned: this.#assigned,
      halted,
      retrying,
      oldestBatchMs,
      lastFetchMs,
    };
  }

  #stall(oldestBatchMs: number | null, lastFetchMs: number | null): string | null {
    if (oldestBatchMs !== null && oldestBatchMs > this.limits.batchMs)
      return `a batch started ${String(Math.round(oldestBatchMs / 1000))} s ago and has not ended`;
    if (oldestBatchMs === null && lastFetchMs !== null && lastFetchMs > this.limits.fetchMs)
      return `nothing was fetched for ${String(Math.round(lastFetchMs / 1000))} s`;
    return null;
  }

  #detail(stall: string | null, halted: HaltedPartition[], failing: RetryingPartition[]): string {
    if (this.#state === 'crashed') return `the consumer ended: ${this.#crash}`;
    if (this.#state === 'waiting') return this.#wait;
    if (this.#state !== 'running') return this.#state;
    if (stall !== null) return stall;
    if (this.#backlog !== null) return `catching up with ${String(this.#backlog)} records`;
    const stops = halted.map((fault) => `${describePosition(fault)} stopped: ${fault.code}: ${fault.reason}`);
    const retries = failing.map(
      (entry) => `${key(entry)} failed ${String(entry.attempts)} times: ${entry.error}`,
    );
    return [...stops, ...retries].join('; ') || `consuming ${String(this.#assigned)} partitions`;
  }
}
