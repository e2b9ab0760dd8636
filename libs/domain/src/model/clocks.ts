import { isChild } from '../calendar/age.js';
import type { AgeClass } from '../calendar/age.js';
import { addDaysToInstant } from '../calendar/london-time.js';
import type { Instant } from '../calendar/london-time.js';
import type { Brand } from '../brand.js';
import type { ClockName, OperatingModel } from './operating-model.js';

/** When a review falls due. Built only from a decision instant and an operating model, never typed in. */
export type ReviewDue = Brand<Instant, 'ReviewDue'>;

/** Bands of the harm score, highest first. */
export const BANDS = ['RED', 'AMBER', 'GREEN', 'ZERO'] as const;

/** The band that a score falls in. ZERO is never entered and so never reviewed. */
export type Band = (typeof BANDS)[number];

const REVIEW_CLOCK = { RED: 'reviewRed', AMBER: 'reviewAmber', GREEN: 'reviewGreen' } as const;

/** When a clock that starts at an instant falls due, for the person's age class. */
export function clockDue(
  clock: ClockName,
  from: Instant,
  ageClass: AgeClass,
  model: OperatingModel,
): Instant {
  const period = model.clocks[clock];
  return addDaysToInstant(from, isChild(ageClass) ? period.under18 : period.adult);
}

/** When the first review of an entry falls due: by band and age class, from the decision instant. */
export function reviewDueOf(
  band: Exclude<Band, 'ZERO'>,
  decidedAt: Instant,
  ageClass: AgeClass,
  model: OperatingModel,
): ReviewDue {
  return clockDue(REVIEW_CLOCK[band], decidedAt, ageClass, model) as ReviewDue;
}

/** When the review of a person on the safeguarding register falls due. */
export function safeguardingReviewDueOf(
  decidedAt: Instant,
  ageClass: AgeClass,
  model: OperatingModel,
): ReviewDue {
  return clockDue('safeguardingReview', decidedAt, ageClass, model) as ReviewDue;
}

/** The clocks of an entry that can each take it out of sight. */
export interface EntryClocks {
  readonly ageClass: AgeClass;
  readonly reviewDue: Instant;
  /** Null for an entry that was approved by a logged-in supervisor. */
  readonly attestBy: Instant | null;
  readonly criteriaHoldUntil: Instant | null;
}

/** The first instant at which an entry is withheld from the operational matrix if nothing new happens (docs/explanation/rules.md, clocks). */
export function withholdFrom(clocks: EntryClocks, model: OperatingModel): Instant {
  const overdue = clockDue('reviewOverdueWithheldFromMatrix', clocks.reviewDue, clocks.ageClass, model);
  return [clocks.attestBy, clocks.criteriaHoldUntil].reduce<Instant>(
    (earliest, instant) => (instant !== null && instant < earliest ? instant : earliest),
    overdue,
  );
}
