import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, inWords } from './fault.js';
import { planOf } from './plan.js';

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe('the plan of a seed', () => {
  it('is the same every time, so that a finding can be run again alone', () => {
    fc.assert(fc.property(seeds, (seed) => expect(planOf(seed)).toEqual(planOf(seed))));
  });

  it('has one to three faults of different kinds, at most one of which takes the broker away', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const kinds = planOf(seed).faults.map(({ kind }) => kind);
        expect(new Set(kinds).size).toBe(kinds.length);
        expect([1, 2, 3]).toContain(kinds.length);
        expect(kinds.filter((kind) => kind === 'restart-broker' || kind === 'lost-lock').length).toBeLessThan(
          2,
        );
      }),
    );
  });

  it('gives 32 seeds in a row 32 boroughs, and begins with every kind of fault in turn', () => {
    fc.assert(
      fc.property(seeds, (from) => {
        const plans = Array.from({ length: 32 }, (_, index) => planOf(from + index));
        expect(new Set(plans.map(({ borough }) => borough)).size).toBe(32);
        expect(new Set(plans.map(({ faults }) => faults[0]?.kind))).toEqual(new Set(KINDS));
      }),
    );
  });

  it('lets faults come between the announcement and the last event, and says so in words', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const fault of planOf(seed).faults) {
          expect(fault.moment.share).toBeGreaterThanOrEqual(0);
          expect(fault.moment.share).toBeLessThanOrEqual(1);
          expect(inWords(fault)).toMatch(
            /^(once announced|at \d+ % (committed|sent|projected)) \+ \d+ ms: \S/,
          );
        }
      }),
    );
  });
});
