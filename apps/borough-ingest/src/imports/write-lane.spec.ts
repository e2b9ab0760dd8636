import { describe, expect, it } from '@jest/globals';
import { WriteLane } from './write-lane.js';

describe('the lane on which blocks are written', () => {
  it('is free when what was begun has ended', async () => {
    const lane = new WriteLane();
    const seen: string[] = [];
    let end = (): void => undefined;
    await lane.free();
    lane.begin(async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      seen.push('written');
    });
    const next = lane.free().then(() => seen.push('next'));
    seen.push('made ready');
    end();
    await next;
    expect(seen).toEqual(['made ready', 'written', 'next']);
  });

  it('tells of a failure before anything else can begin, and of its end without one', async () => {
    const lane = new WriteLane();
    lane.begin(() => Promise.reject(new Error('the window has closed')));
    await expect(lane.ended()).resolves.toBeUndefined();
    await expect(lane.free()).rejects.toThrow('the window has closed');
  });
});
