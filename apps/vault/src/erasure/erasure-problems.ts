import { refuse, type Code, type Refusal } from '@probity/domain';
import { ProblemError } from '@probity/platform';

/** The first code decides the status: 404 for a key that is not there, 409 for everything that may change. */
export function refusedErasure({ reasons }: Refusal): ProblemError {
  const [first] = reasons;
  if (first === undefined) throw new Error('a refusal names at least one code');
  return new ProblemError({
    status: first.code === 'ERA-010' ? 404 : 409,
    code: first.code,
    title: 'The erasure does not go on',
    detail: reasons.map(({ sentence }) => sentence).join(' '),
    rule: first.rule,
    remedy: reasons.map(({ remedy }) => remedy).join(' '),
    errors: reasons.map(({ code, sentence }) => ({ field: 'recordId', code, message: sentence })),
  });
}

/** A problem of one code. */
export function erasureProblem(code: Code): ProblemError {
  return refusedErasure(refuse([code]));
}
