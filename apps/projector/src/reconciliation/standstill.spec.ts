import { describe, expect, it } from '@jest/globals';
import { Standstill } from './standstill.js';

const at = (nextOffset: bigint, highWatermark: bigint) => ({
  topic: 'matrix.E09000012',
  partition: 0,
  nextOffset,
  highWatermark,
});

describe('a read model that may stand still', () => {
  it('is told of once nothing has moved for half a minute although records wait', () => {
    const standstill = new Standstill('matrix');
    const looks = [0, 20_000, 29_999, 30_000].map((now) => standstill.look([at(5n, 9n), at(2n, 2n)], now));
    expect(looks.map((findings) => findings.length)).toEqual([0, 0, 0, 1]);
    expect(looks[3]?.[0]?.sentence).toBe(
      'matrix has not moved for more than 30 s although 4 records wait, the first of them at matrix.E09000012/0@5',
    );
  });

  it('is content while any partition moves, or nothing waits', () => {
    const standstill = new Standstill('matrix');
    standstill.look([at(5n, 9n), at(2n, 8n)], 0);
    expect(standstill.look([at(5n, 9n), at(3n, 8n)], 40_000)).toEqual([]);
    expect(standstill.look([at(9n, 9n), at(8n, 8n)], 80_000)).toEqual([]);
    expect(standstill.look([at(9n, 10n), at(8n, 8n)], 200_000)).toEqual([]);
  });
});
