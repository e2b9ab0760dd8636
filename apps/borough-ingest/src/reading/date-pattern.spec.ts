import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRealDate } from '@probity/domain';
import { compileDatePattern, patternFaults } from './date-pattern.js';
import { DIALECTS, dialect } from './spec-support.js';

describe('a date of a list', () => {
  it.each([
    ['semicolon', '01-Jan-26', '2026-01-01'],
    ['semicolon', '01-Jan-27', '1927-01-01'],
    ['semicolon', '31-Dec-00', '2000-12-31'],
    ['semicolon', '29-Feb-24', '2024-02-29'],
    ['excel', '29/02/2024', '2024-02-29'],
  ])('is read in %s: %s is %s', (name, text, iso) => {
    expect(dialect(name).date.read(text)).toBe(iso);
  });

  it.each([
    ['plain', '2026-02-31'],
    ['plain', '2026-13-01'],
    ['plain', '2026-3-2'],
    ['plain', '2026'],
    ['plain', '2026-03'],
    ['plain', '2026-03-02 '],
    ['plain', '2026-03-02T00:00'],
    ['plain', '02/03/2026'],
    ['plain', '0000-01-01'],
    ['plain', '２０２６-03-02'],
    ['excel', '2/3/2026'],
    ['excel', '31/02/2026'],
    ['excel', '2026-03-02'],
    ['excel', '02/13/2026'],
    ['semicolon', '02-mar-26'],
    ['semicolon', '02-MAR-26'],
    ['semicolon', '2-Mar-26'],
    ['semicolon', '02-Mar-2026'],
    ['semicolon', '02-Sept-26'],
    ['tab', '02-03-2026'],
    ['tab', '02x03x2026'],
    ['tab', 'unknown'],
  ])('is not read in %s when partial, impossible or in another form: %s', (name, text) => {
    expect(dialect(name).date.read(text)).toBeNull();
  });

  it('is read back as it was written, in every dialect', () => {
    const days = fc
      .date({ min: new Date('1927-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10))
      .filter(isRealDate);
    fc.assert(
      fc.property(days, fc.constantFrom(...DIALECTS), (day, { date }) => {
        expect(date.read(date.write(day))).toBe(day);
      }),
    );
  });

  it('may have any pattern of its tokens; a dot in it is a dot', () => {
    expect(patternFaults('YYYY.MON.DD', undefined)).toEqual([]);
    expect(compileDatePattern('YYYY.MON.DD').read('2026.Mar.02')).toBe('2026-03-02');
    expect(compileDatePattern('YYYY.MON.DD').read('2026xMarx02')).toBeNull();
    expect(patternFaults('DD. Monat MM YYYY', undefined)).toHaveLength(1);
  });
});
