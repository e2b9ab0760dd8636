import { describe, expect, it } from '@jest/globals';
import { date } from '../spec-support/builders.js';
import { ageClassOn, ageOn } from './age.js';

describe('Age [R-20]', () => {
  it.each([
    ['2016-11-02', '2026-11-01', 9],
    ['2016-11-01', '2026-11-01', 10],
    ['2008-11-02', '2026-11-01', 17],
    ['2008-11-01', '2026-11-01', 18],
  ])('[R-20] somebody born on %s is, on %s, aged %i', (born, on, expected) => {
    expect(ageOn(date(born), date(on))).toBe(expected);
  });

  it('[R-20] somebody born on 29 February has their birthday on 1 March in other years', () => {
    expect(ageOn(date('2008-02-29'), date('2026-02-28'))).toBe(17);
    expect(ageOn(date('2008-02-29'), date('2026-03-01'))).toBe(18);
    expect(ageOn(date('2008-02-29'), date('2024-02-29'))).toBe(16);
    expect(ageOn(date('2008-02-29'), date('2024-02-28'))).toBe(15);
  });

  it.each([
    ['2016-11-02', 'UNDER_10', '2026-11-02'],
    ['2016-11-01', 'AGE_10_TO_12', '2029-11-01'],
    ['2013-11-02', 'AGE_10_TO_12', '2026-11-02'],
    ['2013-11-01', 'AGE_13_TO_17', '2031-11-01'],
    ['2008-11-02', 'AGE_13_TO_17', '2026-11-02'],
    ['2008-11-01', 'ADULT', null],
  ])('[R-20] somebody born on %s is %s, until %s', (born, ageClass, nextAgeBoundary) => {
    expect(ageClassOn(date(born), date('2026-11-01'))).toEqual({ ageClass, nextAgeBoundary });
  });

  it('[R-20] a child born on 29 February turns 18 on 1 March', () => {
    expect(ageClassOn(date('2008-02-29'), date('2026-02-28'))).toEqual({
      ageClass: 'AGE_13_TO_17',
      nextAgeBoundary: '2026-03-01',
    });
    expect(ageClassOn(date('2008-02-29'), date('2026-03-01')).ageClass).toBe('ADULT');
  });
});
