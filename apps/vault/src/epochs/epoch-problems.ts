import { ProblemError } from '@probity/platform';
import type { KeyProviderError } from '@probity/sealing';

/** 409 KEY-002: one rotation at a time. */
export function rotationUnderWay(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'KEY-002',
    title: 'A rotation is under way',
    detail: 'The keys are being rewrapped already, by this vault or another one of this store.',
    remedy: 'Follow it with probity vault epochs.',
  });
}

/** 503 KEY-003: the key provider does not do what it is asked for. Its sentences hold no key. */
export function providerFails(error: KeyProviderError): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'KEY-003',
    title: 'The key provider fails',
    detail: `The next epoch cannot begin, because ${error.message}.`,
    remedy: error.remedy,
  });
}
