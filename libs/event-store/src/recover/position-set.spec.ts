import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PositionSet } from './position-set.js';

const positions = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 200 });

function setOf(members: readonly number[]): PositionSet {
  const set = new PositionSet();
  for (const member of members) set.add(member);
  return set;
}

describe('a set of positions', () => {
  it('holds what was added and tells whether it was new', () => {
    fc.assert(
      fc.property(positions, (members) => {
        const set = new PositionSet();
        const seen = new Set<number>();
        for (const member of members) {
          expect(set.add(member)).toBe(!seen.has(member));
          seen.add(member);
        }
        expect(members.every((member) => set.has(member))).toBe(true);
      }),
    );
  });

  it('gives what another set lacks, rising', () => {
    fc.assert(
      fc.property(positions, positions, (mine, others) => {
        const other = new Set(others);
        const wanted = [...new Set(mine)].filter((member) => !other.has(member)).sort((a, b) => a - b);
        expect([...setOf(mine).without(setOf(others))]).toEqual(wanted);
      }),
    );
  });
});
