import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REQUEST_BYTES, partsOf } from './producer-lane.js';

const record = (bytes: number) => ({
  key: 'k',
  value: Buffer.alloc(bytes),
  headers: { ce_id: 'x' },
  timestamp: '0',
});

describe('cutting a send into requests', () => {
  it('keeps every record once, in order, in parts that a broker takes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 40 }), (sizes) => {
        const records = sizes.map(record);
        const parts = partsOf(records);
        expect(parts.flat()).toEqual(records);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          expect(part.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThanOrEqual(REQUEST_BYTES);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('leaves a record that is too large alone in its part, for the broker to judge', () => {
    expect(partsOf([record(10), record(2_000_000), record(10)]).map((part) => part.length)).toEqual([
      1, 1, 1,
    ]);
  });
});
