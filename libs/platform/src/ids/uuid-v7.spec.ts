import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UuidV7Source } from './uuid-v7.js';

const AT = '2026-11-01T09:00:00.000Z';

function timeOf(id: string): string {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString();
}

describe('an event id', () => {
  it('is a UUID of version 7 that carries the domain time it was given', () => {
    const id = new UuidV7Source().next(AT);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBe(AT);
  });

  it('follows every id before it, while the clock stands still and when callers disagree about the time', () => {
    const offsets = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(offsets, (steps) => {
        const source = new UuidV7Source();
        const ids = steps.map((step) => source.next(new Date(Date.parse(AT) + step).toISOString()));
        expect([...ids].sort()).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('differs between processes that share an instant', () => {
    expect(new UuidV7Source().next(AT)).not.toBe(new UuidV7Source().next(AT));
  });

  it('is refused for what is no instant', () => {
    for (const at of ['soon', '', '1969-12-31T23:59:59.999Z'])
      expect(() => new UuidV7Source().next(at)).toThrow(RangeError);
  });
});
