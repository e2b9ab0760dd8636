import { CODES, whyOutside } from '@probity/domain';
import { AppendRefused } from '@probity/event-store';
import { VaultRefused, VaultUnavailable } from '@probity/sealing';
import { ProblemError } from '@probity/platform';
import { OUTCOMES_KEPT_HOURS } from '../ingest.config.js';
import type { FileProblem } from '../reading/file-problem.js';
import type { ImportProblem } from './import-job.js';

/** An import stops for a reason that its uploader can act on. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';

  /** @param status of the answer where it is an upload that stops */
  constructor(
    readonly problem: ImportProblem,
    readonly status = 422,
  ) {
    super(problem.code);
  }
}

/** The process ended while the import ran. */
export const INTERRUPTED: ImportProblem = {
  code: 'IMP-001',
  title: 'Interrupted',
  detail: 'The service stopped while this import ran; what had been appended stands.',
  remedy: 'Import the same file again: it goes on where it stopped, and nothing is entered twice.',
};

/** The bytes that arrived are not the announced ones. */
export const OTHER_FILE: ImportProblem = {
  code: 'IMP-002',
  title: 'Another file',
  detail: 'The file that arrived does not have the hash that was announced.',
  remedy: 'Import the file again, and do not change it meanwhile.',
};

/** The upload ended before the file did. */
export const BROKEN_OFF: ImportProblem = {
  code: 'IMP-004',
  title: 'The upload broke off',
  detail: 'The upload ended or stood still before the whole file had arrived; nothing of it was read.',
  remedy: 'Import the same file again.',
};

/** The announced groups file has not come. */
export const NO_GROUPS: ImportProblem = {
  code: 'IMP-005',
  title: 'The groups file is missing',
  detail: 'A groups file was announced with this list, and it has not arrived whole.',
  remedy: 'Send the groups file first, or announce the list without one.',
};

/** What the decisions rested on has changed: a group, or the window. */
const MOVED: ImportProblem = {
  code: 'STM-001',
  title: 'The window or a group has changed',
  detail:
    'While the import ran, its window was closed or a group was changed; what had been appended stands.',
  remedy: 'Import the same file again: rows are decided by what holds now.',
};

/** A fault of the service. */
const FAULT: ImportProblem = {
  code: 'IMP-003',
  title: 'The import could not go on',
  detail: 'The service met a fault; what had been appended stands.',
  remedy: 'Import the same file again; if it happens again, the log of borough-ingest says why.',
};

/** The problem of an import that an error stands for; a defect is told as {@link FAULT}, without its text. */
export function problemOf(error: unknown): ImportProblem {
  if (error instanceof ImportStopped) return error.problem;
  if (error instanceof ProblemError) {
    const { code, title, detail, remedy } = error.problem;
    return { code, title, detail, remedy: remedy ?? FAULT.remedy };
  }
  if (error instanceof AppendRefused && error.kind === 'conflict') return MOVED;
  if (error instanceof VaultUnavailable || error instanceof VaultRefused) {
    return {
      code: 'SVC-001',
      title: 'The vault does not answer',
      detail:
        'Without the vault nothing can be sealed, so nothing is entered; what had been appended stands.',
      remedy: 'See probity status, and import the same file again.',
    };
  }
  return FAULT;
}

/** A file that cannot be read, with the place where it cannot. */
export function unreadableFile(problem: FileProblem, what: 'list' | 'groups file'): ImportProblem {
  const { code, sentence, remedy, line, column, byte } = problem;
  return {
    ...{ code, title: `The ${what} cannot be read`, detail: sentence, remedy },
    ...(line === null ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(byte === undefined ? {} : { byte }),
  };
}

/** An upload that is too large. */
export function tooLarge(maxBytes: number): ImportProblem {
  return {
    code: 'HTTP-413',
    title: 'Too large',
    detail: `An upload holds ${String(maxBytes)} bytes at most.`,
    remedy: 'Split the list.',
  };
}

/** A problem as an answer over HTTP. */
export function asHttp(status: number, problem: ImportProblem): ProblemError {
  const { code, title, detail, remedy, ...place } = problem;
  return new ProblemError({ status, code, title, detail, remedy, extensions: place });
}

/** A place without a list in this model. */
export function outsideModel(code: string): ProblemError {
  const { rule, remedy } = CODES['SCH-004'];
  return new ProblemError({
    status: 422,
    code: 'SCH-004',
    title: 'Place outside the model',
    detail: `The place ${whyOutside(code)}.`,
    rule,
    remedy,
  });
}

/** There is no such import, or nothing of it (any more). */
export function notFound(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'IMP-404',
    title: 'No such import',
    detail: 'There is no such import, it has not ended, or what it left is no longer kept.',
    remedy: `Outcomes are kept for ${String(OUTCOMES_KEPT_HOURS)} hours after the import.`,
  });
}

/** The import has taken its file. */
export function wrongState(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'STM-001',
    title: 'The upload is under way or over',
    detail: 'This import has taken its file already.',
    remedy: 'Announce the file anew to send it again.',
  });
}

/** The borough's lists go to another deployment. */
export function notHosted(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'SCH-004',
    title: 'Not a borough of this service',
    detail: 'This service does not host the borough.',
    remedy: 'Send the list to the service that hosts it.',
  });
}

/** The file's window is closed for ever. */
export function alreadyRead(importId: string | null): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'GOV-007',
    title: 'The migration window of this file is closed',
    detail: 'The file has been read to its end before; it is refused for ever and nothing is appended.',
    rule: 'R-72',
    remedy: 'Nothing is left to do for this file; put corrected rows into a new file.',
    ...(importId === null ? {} : { extensions: { importId } }),
  });
}

/** The named window is not an open window of this very file. */
export function foreignWindow(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'GOV-008',
    title: 'No open window for this file',
    detail: 'The migration window is not open, or it is for another borough, file or groups file.',
    remedy: 'Ask the central team to open a window for exactly these files.',
  });
}
