import { ProblemError } from '../http/problem.js';
import type { TokenFault } from './token-verifier.js';

const REASONS: Readonly<Record<TokenFault, { detail: string; remedy: string }>> = {
  malformed: {
    detail: 'The token does not have the form, or not the claims, of an access token of this system.',
    remedy: 'Log in again, e.g. with probity login.',
  },
  expired: { detail: 'The token has ended.', remedy: 'Refresh it, or log in again.' },
  foreign: {
    detail: 'The token was given out by somebody else, or for something else.',
    remedy: 'Log in at the identity provider of this system.',
  },
  'wrong-sender': {
    detail: 'The token was given to the holder of another certificate.',
    remedy: 'Use it over the connection that it was asked for with, or log in again.',
  },
  revoked: { detail: 'The token has been revoked.', remedy: 'Log in again.' },
};

/** 401 ACC-007: a token that does not say who is asking. */
export function tokenNotAccepted(fault: TokenFault): ProblemError {
  return new ProblemError({
    status: 401,
    code: 'ACC-007',
    title: 'Token not accepted',
    ...REASONS[fault],
  });
}

/** 503 ACC-008: nobody can be identified now. */
export function issuerAway(): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'ACC-008',
    title: 'Nobody can be identified now',
    detail: 'The identity provider does not say whether the token holds, so that it is not believed.',
    remedy: 'Try again when the identity provider answers; see probity status.',
  });
}
