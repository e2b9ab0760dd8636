import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeLanes } from './merge-lanes.js';
import type { Lane } from './merge-lanes.js';

const entryAt = (partition: number, offset: number, minute: number) => ({
  ...{ partition, offset, when: `2026-11-01T09:${String(minute).padStart(2, '0')}:00.000Z` },
  entry: minute,
});
const lane = (partition: number, minutes: readonly number[], hasMore = false): Lane<number> => ({
  ...{ partition, from: 0, to: minutes.length, hasMore },
  entries: minutes.map((minute, offset) => entryAt(partition, offset, minute)),
});
const all = (): boolean => true;

describe('the partitions of the log as one list', () => {
  it('are in the order of time', () => {
    const { items, hasMore, next } = mergeLanes([lane(0, [1, 4]), lane(1, [2, 3])], all, 10);
    expect([items.map(({ entry }) => entry), hasMore, next]).toEqual([[1, 2, 3, 4], false, { 0: 2, 1: 2 }]);
  });

  it('end where something earlier might still follow', () => {
    const { items, hasMore, next } = mergeLanes([lane(0, [1], true), lane(1, [2, 3])], all, 10);
    expect([items.map(({ entry }) => entry), hasMore, next]).toEqual([[1], true, { 0: 1, 1: 0 }]);
  });

  it('are read on where the page ends, and what is not wanted is passed over', () => {
    const isOdd = (minute: number): boolean => minute % 2 === 1;
    const first = mergeLanes([lane(0, [1, 2, 5]), lane(1, [3, 4])], isOdd, 2);
    expect([first.items.map(({ entry }) => entry), first.hasMore, first.next]).toEqual([
      [1, 3],
      true,
      { 0: 2, 1: 1 },
    ]);
  });

  it('give every entry once, whatever the pages', () => {
    const minutes = fc.array(fc.nat(59), { maxLength: 20 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        fc.array(minutes, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        (lists, most) => {
          const seen: string[] = [];
          let from: Record<number, number> = {};
          for (let isLast = false; !isLast;) {
            const lanes = lists.map((list, partition) => {
              const begin = from[partition] ?? 0;
              const to = Math.min(list.length, begin + most);
              const entries = list
                .slice(begin, to)
                .map((minute, at) => entryAt(partition, begin + at, minute));
              return { partition, from: begin, to, hasMore: to < list.length, entries };
            });
            const page = mergeLanes(lanes, all, most);
            seen.push(...page.items.map(({ partition, offset }) => `${String(partition)}@${String(offset)}`));
            from = page.next;
            isLast = !page.hasMore;
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.length).toBe(lists.flat().length);
        },
      ),
    );
  });
});
