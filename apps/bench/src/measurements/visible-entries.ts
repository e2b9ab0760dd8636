import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

const LOOK_MS = 4;

/** Watches the matrix as its reader for entries that are expected, and times how long after its command each appears. */
export class VisibleEntries {
  /** Milliseconds from the accepted command to the row, one for each entry that has appeared. */
  readonly latencies: number[] = [];
  readonly #pending = new Map<string, number>();
  #isWatching = true;

  /** @param reader session that nothing else uses */
  constructor(private readonly reader: pg.Client) {}

  /** Expects an entry whose command has just been accepted. */
  expect(recordId: string): void {
    this.#pending.set(recordId, performance.now());
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Looks until it is told to end. A row's time is that of the question that found it, so it is a little too late. */
  async watch(): Promise<void> {
    while (this.#isWatching) {
      const wanted = [...this.#pending.keys()];
      if (wanted.length > 0) {
        const { rows } = await this.reader.query<{ record_id: string }>(
          'SELECT record_id FROM matrix.entry WHERE record_id = ANY ($1::uuid[])',
          [wanted],
        );
        const now = performance.now();
        for (const { record_id: recordId } of rows) this.#appeared(recordId, now);
      }
      await pause(LOOK_MS);
    }
  }

  /** Waits until nothing is pending any more, at most `limitMs`, and ends the watch. @returns how many never appeared */
  async end(limitMs: number): Promise<number> {
    const until = performance.now() + limitMs;
    while (this.#pending.size > 0 && performance.now() < until) await pause(LOOK_MS);
    this.#isWatching = false;
    return this.#pending.size;
  }

  #appeared(recordId: string, now: number): void {
    this.latencies.push(now - (this.#pending.get(recordId) ?? now));
    this.#pending.delete(recordId);
  }
}
