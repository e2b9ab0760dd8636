import { describe, expect, it } from '@jest/globals';
import { parseGroupId, parseRecordId } from './ids.js';

describe('Identifiers', () => {
  it('are lower-case UUIDs', () => {
    const uuid = '0190b6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b';
    expect(parseRecordId(uuid)).toBe(uuid);
    expect(parseGroupId(uuid)).toBe(uuid);
  });

  it.each([
    '',
    'SYN-02-1-00056',
    '0190B6A0-1C2D-7E3F-8A4B-5C6D7E8F9A0B',
    '0190b6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b ',
  ])('%p is none', (text) => {
    expect(parseRecordId(text)).toBeNull();
    expect(parseGroupId(text)).toBeNull();
  });
});
