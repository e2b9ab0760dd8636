import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursor.js';

const isPlace = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';

describe('a cursor', () => {
  it('brings the reader back to the place where the page ended', () => {
    const cursor = encodeCursor({ id: 'E09000012/ünï' });
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(cursor, isPlace)).toEqual({ id: 'E09000012/ünï' });
    expect(decodeCursor(undefined, isPlace)).toBeNull();
  });

  it('is refused when it is not one of this list, and is not quoted', () => {
    for (const cursor of ['canary', '', encodeCursor({ other: 1 }), 'bnVsbA'])
      expect(() => decodeCursor(cursor, isPlace)).toThrow(/^SCH-003 (?!.*canary)/);
  });
});
