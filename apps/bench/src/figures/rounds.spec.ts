import { describe, expect, it } from '@jest/globals';
import { alternate, percentile, summarise } from './rounds.js';

describe('Rounds', () => {
  it('throws the first of each side away and changes who begins', async () => {
    const order: string[] = [];
    const side = (name: string, start: number) => () => {
      order.push(name);
      return Promise.resolve(start + order.length);
    };
    const rounds = await alternate(2, { ours: side('ours', 0), raw: side('raw', 100) });
    expect(order).toEqual(['raw', 'ours', 'ours', 'raw', 'raw', 'ours']);
    expect(rounds).toEqual([
      { ours: 3, raw: 104 },
      { ours: 6, raw: 105 },
    ]);
  });

  it('compares within a round, so that a slow minute does not change the ratio', () => {
    const rounds = [
      { ours: 50, raw: 100 },
      { ours: 5, raw: 10 },
      { ours: 45, raw: 90 },
    ];
    expect(summarise(rounds)).toEqual({ ours: 45, raw: 90, ratio: 0.5 });
  });

  it.each([
    [50, 50.5],
    [99, 99],
    [100, 100],
    [1, 1],
  ])('takes percentile %d of 1 to 100 as %d', (percent, expected) => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, percent)).toBe(expected);
  });
});
