import { ProblemError } from '@probity/platform';

/** This process does not build the read model that was asked for. */
export function notBuiltHere(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'PRJ-001',
    title: 'Read model not built here',
    detail: 'This process does not build the read model that was asked for.',
    remedy: 'Ask the process whose PROJECTIONS names it.',
  });
}
