import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextRotationDue, whyUnaccounted } from './epoch-rules.js';

describe('[R-62] the next epoch', () => {
  it('is due seven days of domain time after the one before', () => {
    expect(nextRotationDue('2026-11-01T09:00:00.000Z')).toBe('2026-11-08T09:00:00.000Z');
    expect(nextRotationDue('2028-02-26T00:00:00.000Z')).toBe('2028-03-04T00:00:00.000Z');
  });
});

describe('[R-62] the key of an epoch is destroyed', () => {
  const whole = { livingAtRetirement: 10, rewrapped: 8, erasedSince: 2, left: 0 };

  it('when every key that it had was rewrapped or erased', () => {
    expect(whyUnaccounted(3, whole)).toBeNull();
    expect(whyUnaccounted(3, { livingAtRetirement: 0, rewrapped: 0, erasedSince: 0, left: 0 })).toBeNull();
  });

  it('never when one is left, is missing or has come from elsewhere', () => {
    expect(whyUnaccounted(3, { ...whole, rewrapped: 7, left: 1 })).toContain('1 keys do not open');
    expect(whyUnaccounted(3, { ...whole, rewrapped: 7 })).toContain('had 10 keys, but 7 were rewrapped');
    expect(whyUnaccounted(3, { ...whole, rewrapped: 9 })).toContain('had 10 keys');
    const count = fc.nat({ max: 5 });
    fc.assert(
      fc.property(count, count, count, count, (livingAtRetirement, rewrapped, erasedSince, left) => {
        const why = whyUnaccounted(1, { livingAtRetirement, rewrapped, erasedSince, left });
        expect(why === null).toBe(left === 0 && livingAtRetirement === rewrapped + erasedSince);
      }),
    );
  });
});
