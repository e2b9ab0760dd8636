import { dateOf, isLeapYear, partsOf } from './local-date.js';
import type { LocalDate } from './local-date.js';

/** Age bands that the rules distinguish; the operating model says what each of them requires. */
export const AGE_CLASSES = ['UNDER_10', 'AGE_10_TO_12', 'AGE_13_TO_17', 'ADULT'] as const;

/** One of {@link AGE_CLASSES}. */
export type AgeClass = (typeof AGE_CLASSES)[number];

/** An age class and the birthday on which the next one begins; null for adults, who have no next one. */
export interface AgeStanding {
  readonly ageClass: AgeClass;
  readonly nextAgeBoundary: LocalDate | null;
}

/** Each class with the birthday that ends it. The numbers define the names and are therefore no policy. */
const ENDS_AT_BIRTHDAY: readonly (readonly [AgeClass, number])[] = [
  ['UNDER_10', 10],
  ['AGE_10_TO_12', 13],
  ['AGE_13_TO_17', 18],
];

/** Whole years of age on a date. Someone born on 29 February turns older on 1 March in other years. */
export function ageOn(dateOfBirth: LocalDate, date: LocalDate): number {
  const years = partsOf(date).year - partsOf(dateOfBirth).year;
  return date < birthday(dateOfBirth, years) ? years - 1 : years;
}

/** The age class on a date and when it next changes. Nothing else of the birth date reaches a decision. */
export function ageClassOn(dateOfBirth: LocalDate, date: LocalDate): AgeStanding {
  for (const [ageClass, years] of ENDS_AT_BIRTHDAY) {
    const boundary = birthday(dateOfBirth, years);
    if (date < boundary) return { ageClass, nextAgeBoundary: boundary };
  }
  return { ageClass: 'ADULT', nextAgeBoundary: null };
}

/** Whether the class is under 18: shorter clocks and a named authority (docs/explanation/rules.md, clocks). */
export function isChild(ageClass: AgeClass): boolean {
  return ageClass !== 'ADULT';
}

function birthday(dateOfBirth: LocalDate, years: number): LocalDate {
  const { year, month, day } = partsOf(dateOfBirth);
  const then = year + years;
  const isMissing = month === 2 && day === 29 && !isLeapYear(then);
  return isMissing ? dateOf(then, 3, 1) : dateOf(then, month, day);
}
