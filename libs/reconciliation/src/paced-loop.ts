import { setTimeout as sleep } from 'node:timers/promises';

/** How a loop shares the machine. Times are real milliseconds. */
export interface Pace {
  /** Rest after a turn, as a multiple of the time that the turn took: 10 makes it a background task of a tenth of a core at most. */
  readonly restFactor: number;
  /** Least rest after a turn that found nothing to do. */
  readonly idleMs: number;
}

/** Longest rest, ms: however slow a turn was, the next one comes. */
const LONGEST_REST_MS = 5_000;
/** Rest between turns while somebody waits, ms: other loops of the process get their turn. */
const HURRIED_REST_MS = 20;
/** Rest after a turn that failed, ms. */
const AFTER_FAULT_MS = 1_000;

/**
 * Does turns of work for ever, and rests between them. A turn that fails is told and tried again: what is checked may be away for
 * a while, and the check must not be.
 */
export class PacedLoop {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isHurried = false;
  #wake = new AbortController();

  /**
   * @param turn one piece of work; answers whether there was anything to do
   * @param failed told of a turn that failed
   */
  constructor(
    private readonly pace: Pace,
    private readonly turn: () => Promise<boolean>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Begins; returns at once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the turn in hand. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** No rests while somebody waits for the result. */
  hurry(isHurried: boolean): void {
    this.#isHurried = isHurried;
    if (isHurried) this.#wake.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const began = performance.now();
      let restMs: number;
      try {
        const hadWork = await this.turn();
        const earned = (performance.now() - began) * this.pace.restFactor;
        restMs = hadWork ? Math.min(earned, LONGEST_REST_MS) : Math.max(this.pace.idleMs, Math.min(earned, LONGEST_REST_MS)); // prettier-ignore
        if (this.#isHurried) restMs = Math.min(restMs, HURRIED_REST_MS);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.failed(error);
        restMs = AFTER_FAULT_MS;
      }
      await this.#rest(restMs);
    }
  }

  async #rest(ms: number): Promise<void> {
    if (this.#stop.signal.aborted || ms <= 0) return;
    this.#wake = new AbortController();
    await sleep(ms, undefined, { signal: this.#wake.signal }).catch(() => undefined);
  }
}
