import type { Brand } from '../brand.js';

/** A calendar date `YYYY-MM-DD` that exists, years 0001 to 9999. Legal dates are Europe/London dates. */
export type LocalDate = Brand<string, 'LocalDate'>;

const FORM = /^\d{4}-\d{2}-\d{2}$/;
const LAST_DAY = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether a year of the Gregorian calendar has a 29 February. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (LAST_DAY[month - 1] ?? 0);
}

/** Whether the text is `YYYY-MM-DD` and names a day that exists (no 31 February, no month 13). */
export function isRealDate(text: string): text is LocalDate {
  if (!FORM.test(text)) return false;
  const { year, month, day } = partsOf(text);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The text as a date, or null when it is not one. */
export function parseLocalDate(text: string): LocalDate | null {
  return isRealDate(text) ? text : null;
}

/** Negative when `a` is before `b`, zero on the same day, positive after. */
export function compareDates(a: LocalDate, b: LocalDate): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The date a number of calendar months later (earlier when negative). A day that the month does not have becomes
 * its last day: 31 August + 6 months is 28 or 29 February (docs/explanation/rules.md, clocks).
 */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const { year, month, day } = partsOf(date);
  const index = year * 12 + month - 1 + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  return dateOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** The date a number of calendar days later (earlier when negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  const { year, month, day } = partsOf(date);
  const shifted = new Date(0);
  shifted.setUTCFullYear(year, month - 1, day + days);
  return dateOf(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate());
}

/** The date of a year, month 1 to 12 and day; the caller vouches that the day exists. */
export function dateOf(year: number, month: number, day: number): LocalDate {
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}` as LocalDate;
}

/** Year, month (1 to 12) and day of a `YYYY-MM-DD` text. */
export function partsOf(date: string): { year: number; month: number; day: number } {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
