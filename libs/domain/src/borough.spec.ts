import { describe, expect, it } from '@jest/globals';
import { BOROUGH_CODES, parseBoroughCode } from './borough.js';
import { isRefusal } from './refusal.js';

describe('Boroughs', () => {
  it('[R-10] are 32, from E09000002 to E09000033', () => {
    expect(BOROUGH_CODES).toHaveLength(32);
    expect([BOROUGH_CODES[0], BOROUGH_CODES[8], BOROUGH_CODES[31]]).toEqual([
      'E09000002',
      'E09000010',
      'E09000033',
    ]);
    expect(BOROUGH_CODES.map(parseBoroughCode)).toEqual(BOROUGH_CODES);
  });

  it.each(['E09000001', 'E09000034', 'E09000000', 'E0900002', 'e09000002', ' E09000002', '', 'W06000001'])(
    '[R-10] %p is outside the model: SCH-004',
    (text) => {
      const parsed = parseBoroughCode(text);
      expect(isRefusal(parsed) && parsed.codes).toEqual(['SCH-004']);
    },
  );
});
