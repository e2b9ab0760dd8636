import type { Refusal } from '@probity/domain';
import { ProblemError } from '@probity/platform';

/** 503 LOG-001: the answer is not given, because it could not be logged. There is no way round it. */
export function notLogged(): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'LOG-001',
    title: 'The look could not be logged',
    detail: 'Nothing is shown without an entry in the log of looks, and the log does not take one now.',
    rule: 'R-80; DPA 2018 s.62',
    remedy: 'Try again when the log answers; see probity status.',
  });
}

/** 400 LOG-002: a look without a reason. */
export function reasonMissing(missing: readonly ('purpose' | 'justification')[]): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'LOG-002',
    title: 'A look needs a reason',
    detail: 'People are looked up for a stated purpose, with a justification of 10 to 500 characters.',
    rule: 'R-81; DPA 2018 s.62',
    remedy: 'State both; they are logged with the look, the justification sealed.',
    errors: missing.map((field) => ({ field, code: 'LOG-002', message: 'is missing or cannot be read' })),
  });
}

/** 400 for a purpose that is none, 403 otherwise: a look that the rules refuse. */
export function lookRefused({ codes, reasons }: Refusal): ProblemError {
  const [first] = reasons;
  if (first === undefined) throw new Error('a refusal has a reason');
  return new ProblemError({
    status: codes.includes('PUR-001') ? 400 : 403,
    code: first.code,
    title: 'This look is not permitted',
    detail: first.sentence,
    rule: first.rule,
    remedy: first.remedy,
  });
}
