import { describe, expect, it } from '@jest/globals';
import { countBetween, parseBuckets, percentileBetween } from './histogram.js';

const text = (one: number, two: number, all: number): string =>
  [
    '# HELP waited_seconds Time.',
    `waited_seconds_bucket{process="vault",le="0.001",outcome="logged"} ${String(one)}`,
    `waited_seconds_bucket{process="vault",le="0.002",outcome="logged"} ${String(two)}`,
    `waited_seconds_bucket{process="vault",le="+Inf",outcome="logged"} ${String(all)}`,
    'waited_seconds_bucket{process="vault",le="0.001",outcome="blocked"} 999',
    'waited_seconds_count{process="vault",outcome="logged"} 12',
  ].join('\n');
const read = (...counts: [number, number, number]) =>
  parseBuckets(text(...counts), 'waited_seconds', 'outcome="logged"');

describe('a histogram of a service', () => {
  it('is what was observed between two readings, of one label', () => {
    expect([...read(1, 2, 3)]).toEqual([
      [0.001, 1],
      [0.002, 2],
      [Infinity, 3],
    ]);
    expect(countBetween(read(1, 2, 3), read(5, 10, 13))).toBe(10);
    expect(countBetween(new Map(), read(5, 10, 13))).toBe(13);
  });

  it.each([
    [50, 1],
    [75, 1.5],
    [100, 2],
  ])('puts percentile %d of two even buckets at %d ms', (percent, expected) => {
    expect(percentileBetween(read(10, 10, 10), read(60, 110, 110), percent)).toBeCloseTo(expected);
  });

  it('knows of what lies beyond the last bound that it is no less than that', () => {
    expect(percentileBetween(new Map(), read(0, 0, 10), 99)).toBe(2);
  });

  it('has no percentile of nothing', () => {
    expect(percentileBetween(read(1, 1, 1), read(1, 1, 1), 99)).toBeNaN();
  });
});
