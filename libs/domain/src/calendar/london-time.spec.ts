import { describe, expect, it } from '@jest/globals';
import { date } from '../spec-support/builders.js';
import { addDaysToInstant, canonicalInstant, londonDateOf, startOfLondonDay } from './london-time.js';

describe('London time', () => {
  it.each([
    ['2026-07-01T22:59:59.999Z', '2026-07-01'],
    ['2026-07-01T23:00:00.000Z', '2026-07-02'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01'],
  ])('the instant %s falls on %s in London', (instant, expected) => {
    expect(londonDateOf(instant)).toBe(expected);
  });

  it('starts a day at midnight of summer or winter time', () => {
    expect(startOfLondonDay(date('2026-07-02'))).toBe('2026-07-01T23:00:00.000Z');
    expect(startOfLondonDay(date('2026-11-02'))).toBe('2026-11-02T00:00:00.000Z');
  });

  it('starts the days on which the clocks change at the midnight before', () => {
    expect(startOfLondonDay(date('2026-03-29'))).toBe('2026-03-29T00:00:00.000Z');
    expect(startOfLondonDay(date('2026-03-30'))).toBe('2026-03-29T23:00:00.000Z');
    expect(startOfLondonDay(date('2026-10-25'))).toBe('2026-10-24T23:00:00.000Z');
    expect(startOfLondonDay(date('2026-10-26'))).toBe('2026-10-26T00:00:00.000Z');
  });

  it('keeps the local time of a clock when summer time begins or ends between', () => {
    expect(addDaysToInstant('2026-03-20T09:00:00.000Z', 28)).toBe('2026-04-17T08:00:00.000Z');
    expect(addDaysToInstant('2026-10-20T08:00:00.000Z', 28)).toBe('2026-11-17T09:00:00.000Z');
    expect(addDaysToInstant('2026-11-01T09:00:00.000Z', 28)).toBe('2026-11-29T09:00:00.000Z');
  });

  it('moves a local time that the clocks skip forward by the hour', () => {
    expect(addDaysToInstant('2026-03-28T01:30:00.000Z', 1)).toBe('2026-03-29T01:30:00.000Z');
  });

  it('takes the first of a local time that happens twice', () => {
    expect(addDaysToInstant('2026-10-24T00:30:00.000Z', 1)).toBe('2026-10-25T00:30:00.000Z');
  });

  it('writes an instant in one form', () => {
    expect(canonicalInstant('2026-11-01T09:00:00Z')).toBe('2026-11-01T09:00:00.000Z');
  });

  it('does not go on with a text that is no instant', () => {
    expect(() => londonDateOf('soon')).toThrow(RangeError);
  });
});
