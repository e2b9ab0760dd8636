import { Injectable } from '@nestjs/common';
import { ProblemError } from '@probity/platform';
import { REPORT_HEADER, reportLine } from '../reading/report-writer.js';
import type { ImportJob } from './import-job.js';
import { ImportJobRepository } from './import-job.repository.js';
import { ImportKeys } from './import-keys.js';
import type { LoggedOutcome } from './outcome-log.js';
import { OutcomeLog } from './outcome-log.js';

/** Opens the sealed outcomes of an import for its uploader, line by line. */
@Injectable()
export class ImportReports {
  constructor(
    private readonly jobs: ImportJobRepository,
    private readonly keys: ImportKeys,
  ) {}

  /** The report as CSV text. */
  async *report(job: ImportJob): AsyncGenerator<string> {
    yield REPORT_HEADER;
    for await (const { outcome } of this.#outcomes(job)) {
      // Line 0 carries the head of the problem-rows file; it is no row.
      if (outcome.line > 0) yield reportLine({ ...outcome, borough: job.borough });
    }
  }

  /** The problem-rows file, in the dialect and encoding of the upload. */
  async *problemRows(job: ImportJob): AsyncGenerator<Buffer> {
    for await (const { problemRow } of this.#outcomes(job)) {
      if (problemRow !== null) yield Buffer.from(problemRow, 'base64');
    }
  }

  async *#outcomes(job: ImportJob): AsyncGenerator<LoggedOutcome> {
    const key = await this.keys.lease(job);
    if (!key) {
      throw new ProblemError({
        status: 404,
        code: 'IMP-404',
        title: 'No longer kept',
        detail: 'The key of this import is gone, and its outcomes with it.',
      });
    }
    yield* OutcomeLog.read(this.jobs, key);
  }
}
