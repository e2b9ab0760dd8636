import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashOfMap, identityMap, offsetMap } from './offset-map.js';

describe('the map of a new generation', () => {
  it('is the identity when every record comes back to its offset', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.uniqueArray(fc.nat(1000), { maxLength: 50 }), (kept, positions) => {
        const order = [...positions].sort((a, b) => a - b);
        expect(offsetMap(kept, order, order)).toEqual(identityMap(kept + order.length));
      }),
    );
  });

  it('leads each remembered offset to the place of its position', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.uniqueArray(fc.nat(1000), { maxLength: 50 }),
        fc.infiniteStream(fc.boolean()),
        (kept, positions, remembered) => {
          const order = [...positions].sort((a, b) => a - b);
          const old = positions.map((position) => (remembered.next().value ? position : null));
          const { ranges } = offsetMap(kept, old, order);
          const newOf = (offset: number): number | undefined => {
            const range = ranges.find(([first, , count]) => offset >= first && offset < first + count);
            return range && range[1] + offset - range[0];
          };
          old.forEach((position, index) => {
            const wanted = position === null ? undefined : kept + order.indexOf(position);
            expect(newOf(kept + index)).toBe(wanted);
          });
        },
      ),
    );
  });

  it('is no identity when an offset is not remembered, or a record moved', () => {
    expect(offsetMap(0, [1, null], [1, 2]).isIdentity).toBe(false);
    expect(offsetMap(2, [9, 8], [8, 9])).toEqual({
      ranges: [
        [0, 0, 2],
        [2, 3, 1],
        [3, 2, 1],
      ],
      isIdentity: false,
    });
  });

  it('has the hash of its canonical text', () => {
    expect(hashOfMap(identityMap(3))).toBe(hashOfMap(offsetMap(0, [1, 2, 3], [1, 2, 3])));
  });
});
