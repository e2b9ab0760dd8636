import type { RowOutcome } from './import-job.js';
import type { ImportJobRepository } from './import-job.repository.js';
import type { ImportKey } from './sealed-lines.js';
import { openPiece, sealPiece } from './sealed-lines.js';

/** The outcome of a row, with its line of the problem-rows file where it has one. */
export interface LoggedOutcome {
  readonly outcome: RowOutcome;
  /** Encoded bytes of the problem row, base64; the columns that must not cross the door are blank in it. */
  readonly problemRow: string | null;
}

const PIECE_BYTES = 192 * 1024;

/**
 * The outcomes of an import, one JSON text a line, sealed in pieces: references of people must not rest in clear beside
 * the job. Pieces cut through lines, so that one long row does not matter.
 */
export class OutcomeLog {
  #held: Buffer[] = [];
  #size = 0;
  #piece = 0;

  constructor(
    private readonly jobs: ImportJobRepository,
    private readonly key: ImportKey,
  ) {}

  /** Add outcomes in file order. */
  async add(outcomes: readonly LoggedOutcome[]): Promise<void> {
    const bytes = Buffer.from(outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
    this.#held.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= PIECE_BYTES) await this.flush();
  }

  /** Write what is held. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#size = 0;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const sealed = sealPiece(this.key, 'outcomes', this.#piece, bytes.subarray(at, at + PIECE_BYTES));
      await this.jobs.addOutcomes(this.key.jobId, this.#piece, sealed);
      this.#piece += 1;
    }
  }

  /** Every outcome of an import in file order. */
  static async *read(jobs: ImportJobRepository, key: ImportKey): AsyncGenerator<LoggedOutcome> {
    let rest = Buffer.alloc(0);
    for await (const { block, envelope } of jobs.outcomes(key.jobId)) {
      const bytes = Buffer.concat([rest, openPiece(key, 'outcomes', block, envelope)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
        if (line !== '') yield JSON.parse(line) as LoggedOutcome;
      }
    }
  }
}
