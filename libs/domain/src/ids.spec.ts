import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseGroupId, parseRecordId, shortReference } from './ids.js';

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

describe('The short reference of a record', () => {
  it.each([
    ['00000000-0000-4000-8000-000000000000', '0000-0000'],
    ['ffffffff-ff00-4000-8000-000000000000', 'ZZZZ-ZZZZ'],
    ['00000000-0100-4000-8000-000000000000', '0000-0001'],
    ['08421084-2100-4000-8000-000000000000', '1111-1111'],
  ])('of %s is %s', (recordId, reference) => {
    expect(shortReference(recordId)).toBe(reference);
  });

  it('has no digit that is mistaken for another, and nothing but random digits of the id', () => {
    const references = Array.from({ length: 2_000 }, () => shortReference(randomUUID()));
    for (const reference of references)
      expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(references).size).toBeGreaterThan(1_990);
  });
});
