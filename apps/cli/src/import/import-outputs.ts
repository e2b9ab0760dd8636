import type { Stack } from '../http/stack.js';
import type { Output } from '../output/output.js';
import { ingestAs } from './import-file.js';
import type { FileOutcome } from './import-job.js';
import { ProblemRowsFolder } from './problem-rows.js';
import { ReportFile } from './report-file.js';
import type { SourceFiles } from './source-files.js';

/** The files of a run that hold personal data, written only where the user asked for them. */
export class ImportOutputs {
  private constructor(
    private readonly report: ReportFile | null,
    private readonly problemRows: ProblemRowsFolder | null,
    private readonly output: Output,
  ) {}

  /**
   * Opens what was asked for, before anything is sent.
   *
   * @throws CommandError with exit code 1 when a path cannot be written or would overwrite something else
   */
  static async open(
    asked: { report?: string; problemRows?: string },
    sources: SourceFiles,
    output: Output,
  ): Promise<ImportOutputs> {
    const folder = asked.problemRows;
    const problemRows = folder === undefined ? null : ProblemRowsFolder.open(folder, sources.folder);
    const report = asked.report === undefined ? null : await ReportFile.open(asked.report, sources.inputs);
    return new ImportOutputs(report, problemRows, output);
  }

  /** Fetches what an import that was read to its end left behind: its report, and its problem rows if there are any. */
  async collect(stack: Stack, { borough, job, result }: FileOutcome): Promise<void> {
    if (result !== 'completed' && result !== 'already-read') return;
    if (job === null) {
      if (this.report !== null) this.output.note(`${borough}: the report of its import is no longer kept.`);
      return;
    }
    const ingest = ingestAs(stack, borough);
    if (this.report !== null) {
      const rows = await ingest.download(`/v1/imports/${job.id}/report`);
      if (rows === null) this.output.note(`${borough}: the report of its import is no longer kept.`);
      else await this.report.append(rows);
    }
    if (this.problemRows !== null && job.rows.PROBLEM > 0) {
      const rows = await ingest.download(`/v1/imports/${job.id}/problem-rows`);
      if (rows === null) this.output.note(`${borough}: its problem rows are no longer kept.`);
      else await this.problemRows.write(borough, rows);
    }
  }

  /** Closes the report. */
  async close(): Promise<void> {
    await this.report?.close();
  }
}
