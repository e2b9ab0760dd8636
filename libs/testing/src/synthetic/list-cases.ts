import type { SeededRandom } from './seeded-random.js';

/** What a row of a made-up list is built to show. */
export type ListCase =
  | 'ENTERED'
  | 'CHILD_WITH_AUTHORITY'
  | 'UNAPPROVED'
  | 'SELF_APPROVED'
  | 'CHILD_WITHOUT_AUTHORITY'
  | 'VICTIM'
  | 'AT_RISK'
  | 'NO_SCORE'
  | 'ONE_ITEM'
  | 'SOCIAL_MEDIA'
  | 'WEAK_GRADE'
  | 'ONE_ROOT'
  | 'EXPIRED'
  | 'LAPSED_GROUP'
  | 'ASSOCIATE'
  | 'UNDER_10'
  | 'DUPLICATE'
  | 'BAD_DATE'
  | 'CONFLICT';

/** What must become of a row when it is imported in an open window as at the date of its list. */
export interface ExpectedOutcome {
  readonly status: 'ENTERED' | 'PROPOSED' | 'REGISTERED' | 'REFUSED' | 'DUPLICATE' | 'PROBLEM';
  /** The complete sorted set of reasons. */
  readonly codes: readonly string[];
}

const refused = (...codes: string[]): ExpectedOutcome => ({ status: 'REFUSED', codes });

/** Outcome of each case. */
export const OUTCOMES: Readonly<Record<ListCase, ExpectedOutcome>> = {
  ENTERED: { status: 'ENTERED', codes: [] },
  CHILD_WITH_AUTHORITY: { status: 'ENTERED', codes: [] },
  UNAPPROVED: { status: 'PROPOSED', codes: [] },
  SELF_APPROVED: { status: 'PROPOSED', codes: ['AUT-001'] },
  CHILD_WITHOUT_AUTHORITY: { status: 'PROPOSED', codes: ['AGE-002'] },
  VICTIM: { status: 'REGISTERED', codes: [] },
  AT_RISK: { status: 'REGISTERED', codes: [] },
  NO_SCORE: refused('SCO-001'),
  ONE_ITEM: refused('EVD-001'),
  SOCIAL_MEDIA: refused('EVD-001', 'EVD-002'),
  WEAK_GRADE: refused('EVD-001', 'EVD-004'),
  ONE_ROOT: refused('EVD-001', 'EVD-003'),
  EXPIRED: refused('EVD-001'),
  LAPSED_GROUP: refused('EVD-001'),
  ASSOCIATE: refused('ROLE-004'),
  UNDER_10: refused('AGE-001'),
  DUPLICATE: { status: 'DUPLICATE', codes: [] },
  BAD_DATE: { status: 'PROBLEM', codes: ['SCH-003'] },
  CONFLICT: { status: 'PROBLEM', codes: ['SCH-005'] },
};

// Rows in a hundred; roughly what the sample lists hold, with fewer refusals.
const SHARES: readonly (readonly [ListCase, number])[] = [
  ['ENTERED', 40],
  ['CHILD_WITH_AUTHORITY', 3],
  ['UNAPPROVED', 6],
  ['SELF_APPROVED', 3],
  ['CHILD_WITHOUT_AUTHORITY', 3],
  ['VICTIM', 5],
  ['AT_RISK', 3],
  ['NO_SCORE', 6],
  ['ONE_ITEM', 5],
  ['SOCIAL_MEDIA', 5],
  ['WEAK_GRADE', 4],
  ['ONE_ROOT', 3],
  ['EXPIRED', 3],
  ['LAPSED_GROUP', 2],
  ['ASSOCIATE', 3],
  ['UNDER_10', 1],
  ['DUPLICATE', 2],
  ['BAD_DATE', 2],
  ['CONFLICT', 1],
];

/** One case in the shares of an ordinary list. */
export function drawCase(random: SeededRandom): ListCase {
  let left = random.next() * SHARES.reduce((sum, [, share]) => sum + share, 0);
  for (const [name, share] of SHARES) {
    left -= share;
    if (left < 0) return name;
  }
  return 'ENTERED';
}
