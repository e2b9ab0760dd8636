import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** A page of the matrix from anywhere, as a reader turns pages. */
const PAGE = `
SELECT record_id, borough, role, band, legacy_assertion, entered_at, review_due, withhold_from, version, topic_offset
FROM matrix.entry WHERE record_id > $1 ORDER BY record_id LIMIT 50`;
const EVERY_MS = 10;

/** Readers of the live generation, one page after the other at a steady pace, whatever else happens. */
export class SteadyReaders {
  readonly #times: number[] = [];
  #empty = 0;
  #isStopped = false;
  readonly #reading: Promise<unknown>;

  /** @param sessions one a reader */
  constructor(sessions: readonly pg.Client[]) {
    this.#reading = Promise.all(sessions.map((session) => this.#read(session)));
    this.#reading.catch(() => undefined); // whoever stops them hears of it
  }

  /** Pages that held nothing. The last place of all has next to none before it, so each one tells of an empty table. */
  get empty(): number {
    return this.#empty;
  }

  /** Milliseconds that each page took since the last call. */
  take(): number[] {
    return this.#times.splice(0);
  }

  /** @throws what a read has failed with */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reading;
  }

  async #read(session: pg.Client): Promise<void> {
    while (!this.#isStopped) {
      const begun = performance.now();
      const from = `0${randomUUID().slice(1)}`; // in the first sixteenth: entries follow wherever it lies
      const { rowCount } = await session.query({ name: 'page', text: PAGE, values: [from] });
      const took = performance.now() - begun;
      this.#times.push(took);
      if (rowCount === 0) this.#empty += 1;
      await pause(Math.max(0, EVERY_MS - took));
    }
  }
}
