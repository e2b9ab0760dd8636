import { ProblemError } from '@probity/platform';
import type { DiscardRefused } from '@probity/projection';

/** Nothing is parked there. */
export function notParked(projection: string, what: string): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'PRK-001',
    title: 'Nothing parked',
    detail: `${projection} has nothing parked of ${what}.`,
    remedy: 'See probity parked list.',
  });
}

/** A discard would lose something. */
export function discardRefused(projection: string, { refusal }: DiscardRefused, place: string): ProblemError {
  if (refusal === 'NOT_PARKED') return notParked(projection, place);
  const hasEffect = refusal === 'HAS_EFFECT';
  return new ProblemError({
    status: 422,
    code: hasEffect ? 'PRK-002' : 'PRK-003',
    title: hasEffect ? 'Discarding would lose an effect' : 'This may be the missing event',
    detail: hasEffect
      ? `${place} holds an event of its record, and every later one would wait for it for ever.`
      : `The record at ${place} waits for an event that is missing, and this may be it.`,
    remedy: hasEffect
      ? 'Remove the cause, then run probity parked redrive.'
      : 'Find the missing event first (probity recover, or the key of its writer), then run probity parked redrive.',
  });
}

/** Another generation or another definition stands in the place. */
export function generationChanged(projection: string): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRK-004',
    title: 'Another generation',
    detail: `The generation of ${projection} was built by another definition, or another one has just taken its place.`,
    remedy: `Ask again. If it stays so, run probity projection rebuild ${projection}.`,
  });
}
