/** Records in the first sub-batch, and the range in which the size adapts. */
const START = 500;
const MIN = 16;
const MAX = 4_000;
/** A sub-batch should take about this long; two seconds is the most that may pass between two heartbeats. Milliseconds. */
const TARGET_MS = 1_000;
const FAST_MS = 400;

/**
 * Chooses how many records to hand over at once so that a sub-batch stays well under two seconds: halves after a slow one, doubles
 * after a fast full one.
 */
export class BatchSizer {
  #size = START;

  get size(): number {
    return this.#size;
  }

  /** @param records how many were handed over. @param elapsedMs how long the handler took. */
  observe(records: number, elapsedMs: number): void {
    if (elapsedMs > TARGET_MS) this.#size = Math.max(MIN, Math.floor(Math.min(this.#size, records) / 2));
    else if (elapsedMs < FAST_MS && records >= this.#size) this.#size = Math.min(MAX, this.#size * 2);
  }
}
