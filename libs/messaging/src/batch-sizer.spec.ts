import { describe, expect, it } from '@jest/globals';
import { BatchSizer } from './batch-sizer.js';

describe('the size of a sub-batch', () => {
  it('halves after a slow sub-batch, so that heartbeats come within two seconds', () => {
    const sizer = new BatchSizer();
    const before = sizer.size;
    sizer.observe(before, 1_900);
    expect(sizer.size).toBe(before / 2);
  });

  it('follows the records that were really handed over when a small sub-batch is slow', () => {
    const sizer = new BatchSizer();
    sizer.observe(100, 1_500);
    expect(sizer.size).toBe(50);
  });

  it('grows after fast full sub-batches, and never beyond its bound', () => {
    const sizer = new BatchSizer();
    const before = sizer.size;
    sizer.observe(before - 1, 1);
    expect(sizer.size).toBe(before);
    for (let i = 0; i < 20; i += 1) sizer.observe(sizer.size, 1);
    expect(sizer.size).toBe(4_000);
  });

  it('never shrinks to nothing', () => {
    const sizer = new BatchSizer();
    for (let i = 0; i < 20; i += 1) sizer.observe(sizer.size, 60_000);
    expect(sizer.size).toBe(16);
  });
});
