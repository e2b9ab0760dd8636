import { AppendRefused } from '@probity/event-store';
import { VaultRefused, VaultUnavailable } from '@probity/sealing';
import { ProblemError } from '@probity/platform';
import type { ImportProblem } from './import-job.js';

/** An import stops for a reason that its uploader can act on. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';

  constructor(readonly problem: ImportProblem) {
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

/** A problem as an answer over HTTP. */
export function asHttp(status: number, problem: ImportProblem): ProblemError {
  return new ProblemError({ status, ...problem });
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
