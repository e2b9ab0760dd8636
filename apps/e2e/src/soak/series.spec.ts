import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storesOf } from './series.js';

describe('the stores of a series', () => {
  it('hold every seed once, at most 32 each, and as many each but for the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 4 }), (count, lanes) => {
        const seeds = Array.from({ length: count }, (_, index) => index + 1);
        const stores = storesOf(seeds, lanes);
        expect(stores.flat()).toEqual(seeds);
        const [first] = stores;
        for (const store of stores.slice(0, -1)) expect(store.length).toBe(first?.length);
        expect(Math.max(...stores.map((store) => store.length))).toBeLessThanOrEqual(32);
      }),
    );
  });

  it('of 200 seeds keep two lanes busy alike', () => {
    const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
    expect(storesOf(seeds, 2).map((store) => store.length)).toEqual([25, 25, 25, 25, 25, 25, 25, 25]);
  });
});
