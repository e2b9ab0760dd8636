import { describe, expect, it } from '@jest/globals';
import { withholdFrom } from './withhold-from.js';

const REVIEW_DUE = '2027-02-01T00:00:00.000Z';
const none = { attestBy: null, criteriaHoldUntil: null, reviewDue: REVIEW_DUE };

describe('the instant from which a row is withheld', () => {
  it('is 14 days after the review falls due when nothing comes earlier', () => {
    expect(withholdFrom(none)).toBe('2027-02-15T00:00:00.000Z');
  });

  it('is the end of the time to attest for a legacy assertion', () => {
    expect(withholdFrom({ ...none, attestBy: '2026-11-29T09:00:00.000Z' })).toBe('2026-11-29T09:00:00.000Z');
  });

  it('is when the evidence stops sufficing, if that is earliest', () => {
    const bounds = {
      attestBy: '2026-11-29T09:00:00.000Z',
      criteriaHoldUntil: '2026-11-20T00:00:00Z',
      reviewDue: REVIEW_DUE,
    };
    expect(withholdFrom(bounds)).toBe('2026-11-20T00:00:00.000Z');
    expect(withholdFrom({ ...none, criteriaHoldUntil: '2030-01-01T00:00:00.000Z' })).toBe(
      '2027-02-15T00:00:00.000Z',
    );
  });
});
