import { describe, expect, it } from '@jest/globals';
import type { Run } from './rounds.js';
import { alternate, percentile, sharesOf, summarise } from './rounds.js';

const run = (rate: number, processor = { bench: 1 }): Run => ({ rate, processor });

describe('Rounds', () => {
  it('throws the first of each side away and changes who begins', async () => {
    const order: string[] = [];
    const side = (name: string, start: number) => () => {
      order.push(name);
      return Promise.resolve(run(start + order.length));
    };
    const rounds = await alternate(2, { ours: side('ours', 0), raw: side('raw', 100) });
    expect(order).toEqual(['raw', 'ours', 'ours', 'raw', 'raw', 'ours']);
    expect(rounds).toEqual([
      { ours: run(3), raw: run(104) },
      { ours: run(6), raw: run(105) },
    ]);
  });

  it('compares within a round, so that a slow minute does not change the ratio', () => {
    const rounds = [
      { ours: run(50), raw: run(100) },
      { ours: run(5), raw: run(10) },
      { ours: run(45), raw: run(90) },
    ];
    expect(summarise(rounds)).toMatchObject({ ours: 45, raw: 90, ratio: 0.5 });
  });

  it('counts the processor time of every process that worked', () => {
    const ours = { rate: 1, processor: { bench: 30, postgres: 50 } };
    const raw = { rate: 1, processor: { bench: 20 } };
    expect(summarise([{ ours, raw }]).processorRatio).toBe(0.25);
    expect(sharesOf([ours, raw, ours])).toEqual({ bench: 30, postgres: 50 });
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
