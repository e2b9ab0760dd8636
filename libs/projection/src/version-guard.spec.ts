import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HASH_BYTES, admit, advance } from './version-guard.js';
import type { RecordProgress } from './version-guard.js';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const at = { topic: 'matrix.E09000012', borough: 'E09000012' };

function after(...hashes: string[]): RecordProgress | undefined {
  return hashes.reduce<RecordProgress | undefined>(
    (known, text, index) => advance(known, { ...at, version: index + 1, eventHash: hash(text) }),
    undefined,
  );
}

describe('the version guard of a record', () => {
  it('takes the next version', () => {
    expect(admit(undefined, 1, hash('a'))).toBe('fresh');
    expect(admit(after('a', 'b'), 3, hash('c'))).toBe('fresh');
  });

  it('drops any earlier version that comes again with the same bytes', () => {
    expect(admit(after('a', 'b', 'c'), 1, hash('a'))).toBe('duplicate');
    expect(admit(after('a', 'b', 'c'), 3, hash('c'))).toBe('duplicate');
  });

  it('alarms on any earlier version that comes with other bytes', () => {
    expect(admit(after('a', 'b', 'c'), 2, hash('x'))).toBe('conflict');
    expect(admit(after('a', 'b', 'c'), 2, hash('a'))).toBe('conflict');
  });

  it('refuses a version beyond the next one', () => {
    expect(admit(undefined, 2, hash('b'))).toBe('gap');
    expect(admit(after('a'), 3, hash('c'))).toBe('gap');
  });

  it('keeps 16 bytes of each event hash', () => {
    expect(after('a', 'b')?.eventHashes.length).toBe(2 * HASH_BYTES);
  });
});
