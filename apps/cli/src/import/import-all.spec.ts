import { describe, expect, it } from '@jest/globals';
import { inLanes } from './import-all.js';

describe('files side by side', () => {
  it('at most two are on their way, and results come in the order of the files', async () => {
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const results = inLanes([0, 1, 2, 3, 4], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => (release[item] = resolve));
      running -= 1;
      return item * 10;
    });
    for (const item of [1, 2, 0, 3, 4]) {
      while (release[item] === undefined) await new Promise((resolve) => setImmediate(resolve));
      release[item]();
    }
    expect(await Promise.all(results)).toEqual([0, 10, 20, 30, 40]);
    expect(most).toBe(2);
  });

  it('one that fails does not keep the next from starting', async () => {
    const results = inLanes([1, 2, 3], 1, async (item) =>
      item === 1 ? Promise.reject(new Error('broken')) : Promise.resolve(item),
    );
    await expect(results[0]).rejects.toThrow('broken');
    expect(await Promise.all(results.slice(1))).toEqual([2, 3]);
  });
});
