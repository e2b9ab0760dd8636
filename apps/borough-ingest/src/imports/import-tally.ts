import type { GroupsOutcome } from '../groups/groups-import.js';
import type { DroppedCounts } from '../reading/legacy-row.js';
import type { DecidedRow } from './decided-row.js';
import type { ImportJob, ImportProgress } from './import-job.js';
import type { ImportJobRepository } from './import-job.repository.js';

type Mutable<Part> = { -readonly [Member in keyof Part]: Part[Member] };

/** Counts an import as it goes and keeps its progress for whoever asks. */
export class ImportTally {
  readonly #rows: Mutable<ImportProgress['rows']>;
  readonly #dropped: Mutable<ImportProgress['dropped']>;
  #groups: ImportProgress['groups'];
  #bytesRead = 0;

  constructor(
    private readonly jobs: ImportJobRepository,
    private readonly job: ImportJob,
  ) {
    this.#rows = { ...job.progress.rows };
    this.#dropped = { ...job.progress.dropped };
    this.#groups = job.progress.groups;
  }

  /** Rows read so far. */
  get rowsRead(): number {
    return this.#rows.read;
  }

  /** Keep what became of the groups file. */
  async groups(outcome: GroupsOutcome): Promise<void> {
    this.#groups = outcome;
    await this.#keep();
  }

  /** Count a block of rows. */
  async rows(
    decided: readonly DecidedRow[],
    read: readonly { readonly dropped: DroppedCounts }[],
    bytesRead: number,
  ): Promise<void> {
    for (const { outcome } of decided) this.#rows[outcome.status] += 1;
    this.#rows.read += decided.length;
    for (const { dropped } of read) {
      this.#dropped.home_address += dropped.home_address;
      this.#dropped.pnc_id += dropped.pnc_id;
      this.#dropped.nickname += dropped.nickname;
    }
    this.#bytesRead = bytesRead;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const bytes = { total: this.job.progress.bytes.total, read: this.#bytesRead };
    await this.jobs.change(this.job.id, {
      progress: { bytes, rows: this.#rows, dropped: this.#dropped, groups: this.#groups },
    });
  }
}
