import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { date } from '../spec-support/builders.js';
import { addDays, addMonths, compareDates, isRealDate } from './local-date.js';

describe('Calendar dates', () => {
  it.each([
    '2026-02-29',
    '2026-02-31',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '1900-02-29',
    '2026-1-01',
    '',
  ])('takes %p for no date', (text) => {
    expect(isRealDate(text)).toBe(false);
  });

  it.each(['2024-02-29', '2000-02-29', '2026-12-31'])('takes %p for a date', (text) => {
    expect(isRealDate(text)).toBe(true);
  });

  it.each([
    ['2026-08-31', 6, '2027-02-28'],
    ['2023-08-31', 6, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2026-10-31', 1, '2026-11-30'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2025-12-31', 2, '2026-02-28'],
  ])('%s and %i months make %s: a missing day becomes the last of its month', (from, months, expected) => {
    expect(addMonths(date(from), months)).toBe(expected);
  });

  it('counts calendar days over month ends and 29 February', () => {
    expect(addDays(date('2024-02-28'), 1)).toBe('2024-02-29');
    expect(addDays(date('2026-02-28'), 1)).toBe('2026-03-01');
    expect(addDays(date('2026-01-01'), -1)).toBe('2025-12-31');
  });

  it('orders dates as the calendar does', () => {
    expect(compareDates(date('2026-01-31'), date('2026-02-01'))).toBeLessThan(0);
    expect(compareDates(date('2026-02-01'), date('2026-02-01'))).toBe(0);
    expect(compareDates(date('2026-02-02'), date('2026-02-01'))).toBeGreaterThan(0);
  });

  it('only ever yields dates that exist, whatever is added', () => {
    const days = fc.integer({ min: -20_000, max: 20_000 });
    const months = fc.integer({ min: -600, max: 600 });
    fc.assert(
      fc.property(days, months, (someDays, someMonths) => {
        const start = addDays(date('2000-02-29'), someDays);
        expect(isRealDate(start)).toBe(true);
        expect(isRealDate(addMonths(start, someMonths))).toBe(true);
        expect(addDays(start, -someDays)).toBe('2000-02-29');
      }),
    );
  });
});
