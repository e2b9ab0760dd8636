import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../exit-code.js';
import { addDuration, parseDuration, parseTime } from './instant.js';

describe('times as people type them', () => {
  it.each([
    ['2026-11-01T09:00:00Z', '2026-11-01T09:00:00.000Z'],
    ['2026-11-01T09:00Z', '2026-11-01T09:00:00.000Z'],
    ['2026-11-01T09:00:00.5Z', '2026-11-01T09:00:00.500Z'],
    ['2026-07-01T09:00:00+01:00', '2026-07-01T08:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is %s', (typed, instant) => {
    expect(parseTime(typed)).toBe(instant);
  });

  it.each([
    '2026-11-01T09:00:00',
    '2026-11-01',
    '2026-02-31T09:00:00Z',
    '2026-11-01T24:30:00Z',
    '2026-11-01T09:00:00+99:99',
    'tomorrow',
    '',
  ])('%s is refused, for it has no zone or is no time of the calendar', (typed) => {
    expect(() => parseTime(typed)).toThrow(UsageError);
  });

  it('any instant that was written with milliseconds is read as itself', () => {
    const range = { min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true };
    fc.assert(fc.property(fc.date(range), (date) => parseTime(date.toISOString()) === date.toISOString()));
  });
});

describe('lengths of time', () => {
  it.each([
    ['28d', 2_419_200_000],
    ['6h', 21_600_000],
    ['1d12h', 129_600_000],
    ['2w', 1_209_600_000],
    ['90m', 5_400_000],
    ['30s', 30_000],
  ])('%s is %d ms', (typed, ms) => {
    expect(parseDuration(typed)).toBe(ms);
  });

  it.each(['', '0d', '28', 'd', '-1d', '1.5d', '12h1d', '40000d', '28 d'])('%s is refused', (typed) => {
    expect(() => parseDuration(typed)).toThrow(UsageError);
  });

  it('a day is 24 hours, also across a change of the clocks', () => {
    expect(addDuration('2026-10-24T12:00:00.000Z', parseDuration('1d'))).toBe('2026-10-25T12:00:00.000Z');
  });
});
