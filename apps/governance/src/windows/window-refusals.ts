import { CODES, whyOutside } from '@probity/domain';
import { ProblemError } from '@probity/platform';

/** R-16, four eyes: who asked for a window cannot open it. */
export function sameTwoEyes(): ProblemError {
  const { sentence: _ofEntries, ...entry } = CODES['AUT-001'];
  return new ProblemError({
    status: 422,
    code: 'AUT-001',
    title: 'A second person must approve',
    detail: 'The person who approves the window is the person who asked for it.',
    rule: entry.rule,
    remedy: 'Ask another member of the central team to approve it.',
  });
}

/** A file whose window is closed has been read to its end and is never taken again. */
export function alreadyRead(windowId: string): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'GOV-007',
    title: 'The file has been read already',
    detail: 'The migration window of this file was closed when the file had been read to its end.',
    remedy: 'Propose new or changed entries one by one, or import a new file.',
    extensions: { windowId },
  });
}

/** A file cannot be decided as at a time that has not come. */
export function asAtInTheFuture(): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'SCH-003',
    title: 'Unreadable value',
    detail: 'The time as at which the file is to be decided has not come yet.',
    rule: CODES['SCH-003'].rule,
    remedy: 'Give a time that is not after the time of the system.',
    errors: [{ field: 'asAt', code: 'SCH-003', message: 'must not lie after the time of the system' }],
  });
}

/** A place outside the model: the City of London has a police force of its own. */
export function unknownBorough(code: string): ProblemError {
  const { rule, remedy } = CODES['SCH-004'];
  return new ProblemError({
    status: 422,
    code: 'SCH-004',
    title: 'Place outside the model',
    detail: `The place ${whyOutside(code)}.`,
    rule,
    remedy,
    errors: [{ field: 'borough', code: 'SCH-004', message: 'must be one of the 32 boroughs' }],
  });
}

/** Only an open window can be closed. */
export function notOpen(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'GOV-008',
    title: 'The window is not open',
    detail: 'The migration window waits for a second person and nothing has been read under it.',
    remedy: 'Have it approved first.',
  });
}

/** There is no window of that id. */
export function noSuchWindow(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'HTTP-404',
    title: 'Not found',
    detail: 'There is no migration window with this id.',
    remedy: 'List the windows of the borough.',
  });
}

/** A time that has the form of an instant but is on no calendar. */
export function unreadableAsAt(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'SCH-003',
    title: 'Unreadable value',
    detail: 'The time as at which the file is to be decided is on no calendar.',
    remedy: 'Write it like 2026-11-01T09:00:00.000Z.',
    errors: [{ field: 'asAt', code: 'SCH-003', message: 'must be an instant in UTC' }],
  });
}
