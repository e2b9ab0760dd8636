import { describe, expect, it } from '@jest/globals';
import { decidedAt } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { clockDue, reviewDueOf, safeguardingReviewDueOf, withholdFrom } from './clocks.js';

describe('Clocks', () => {
  it.each([
    ['RED', '2026-11-29', '2026-11-29'],
    ['AMBER', '2027-01-31', '2026-12-27'],
    ['GREEN', '2027-01-31', '2026-12-27'],
  ] as const)(
    '[R-30] the review of %s falls due on %s for an adult and on %s under 18',
    (band, adult, under18) => {
      expect(reviewDueOf(band, decidedAt, 'ADULT', model)).toBe(`${adult}T09:00:00.000Z`);
      expect(reviewDueOf(band, decidedAt, 'AGE_13_TO_17', model)).toBe(`${under18}T09:00:00.000Z`);
    },
  );

  it('[R-30] the safeguarding review falls due after 91 days, or 56 under 18', () => {
    expect(safeguardingReviewDueOf(decidedAt, 'ADULT', model)).toBe('2027-01-31T09:00:00.000Z');
    expect(safeguardingReviewDueOf(decidedAt, 'UNDER_10', model)).toBe('2026-12-27T09:00:00.000Z');
  });

  it('[R-30] a clock keeps its local time into summer', () => {
    expect(clockDue('reviewAmber', '2027-01-10T09:00:00.000Z', 'ADULT', model)).toBe(
      '2027-04-11T08:00:00.000Z',
    );
  });

  it('[R-31] an entry is withheld at the first of: attestation missed, criteria lapsed, review 14 days overdue', () => {
    const reviewDue = '2027-01-31T09:00:00.000Z';
    const none = { ageClass: 'ADULT', reviewDue, attestBy: null, criteriaHoldUntil: null } as const;
    expect(withholdFrom(none, model)).toBe('2027-02-14T09:00:00.000Z');
    expect(withholdFrom({ ...none, attestBy: '2026-11-29T09:00:00.000Z' }, model)).toBe(
      '2026-11-29T09:00:00.000Z',
    );
    const lapsing = {
      ...none,
      attestBy: '2026-11-29T09:00:00.000Z',
      criteriaHoldUntil: '2026-11-20T00:00:00.000Z',
    };
    expect(withholdFrom(lapsing, model)).toBe('2026-11-20T00:00:00.000Z');
  });
});
