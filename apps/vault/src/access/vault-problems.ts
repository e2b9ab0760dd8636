import { ProblemError } from '@probity/platform';

/** 403 ACC-002: the service does not host the borough that it asks for. */
export function notHosted(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'ACC-002',
    title: 'Another borough',
    detail: 'This service holds no keys of the borough that it asked for.',
    rule: 'R-85',
    remedy: 'Ask from the service that hosts the borough, or add it to BOROUGHS of both services.',
  });
}

/** 403 ACC-006: a lease of anything but `case`. */
export function identityStaysInside(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'ACC-006',
    title: 'Identity is opened only inside the vault',
    detail:
      'Only the case group of a record is leased; its identity and equality groups stay closed to every service.',
    remedy: 'Ask for the group case.',
  });
}

/** 403 ACC-005: a digest of a store that is not synthetic. */
export function digestOfRealStore(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'ACC-005',
    title: 'Digests are made of synthetic stores only',
    detail: 'A digest holds keyed hashes under a public key, from which real people could be guessed.',
    remedy: 'Compare real stores by the hashes of their events instead.',
  });
}

/** 422 KEY-001: an event that cannot be opened with the record's key. */
export function doesNotOpen(index: number): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'KEY-001',
    title: 'A sealed group does not open',
    detail:
      'A sealed group was altered, belongs to another record or event, or its key is unknown or destroyed.',
    remedy: 'Send the record whole and as it was stored; if it is, verify the log.',
    errors: [
      {
        field: `records.${String(index)}`,
        code: 'KEY-001',
        message: 'has a sealed group that does not open',
      },
    ],
  });
}
