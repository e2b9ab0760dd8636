import { startOfLondonDay } from '../calendar/london-time.js';
import type { Instant } from '../calendar/london-time.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { OperatingModel } from '../model/operating-model.js';
import { expiresOn } from './classify.js';
import { groupLapsesOn } from './group-facts.js';
import type { GroupFacts } from './group-facts.js';
import type { EvidenceItem } from './item.js';
import { assessSufficiency } from './sufficiency.js';

/**
 * The first London midnight after a date at which evidence that suffices on that date no longer does, if nothing new
 * happens: an item expires or the group's audit lapses. Null when it would suffice for ever, or does not suffice now.
 */
export function criteriaHoldUntil(
  items: readonly EvidenceItem[],
  group: GroupFacts | null,
  asOf: LocalDate,
  model: OperatingModel,
): Instant | null {
  const now = assessSufficiency(items, group, asOf, model);
  if (!now.sufficient) return null;
  const ids = new Set(now.countedEvidence);
  const counted = items.filter(({ evidenceId }) => ids.has(evidenceId));
  const changes = counted.map((item) => expiresOn(item, model));
  if (group !== null) changes.push(groupLapsesOn(group, model));
  return firstFailure(changes, asOf, (date) => assessSufficiency(counted, group, date, model).sufficient);
}

/** The midnight that begins the earliest of the dates on which a test fails; null when it fails on none of them. */
export function firstFailure(
  dates: readonly (LocalDate | null)[],
  asOf: LocalDate,
  holdsOn: (date: LocalDate) => boolean,
): Instant | null {
  const later = dates.filter((date) => date !== null && date > asOf).sort();
  const failing = later.find((date) => date !== null && !holdsOn(date)) ?? null;
  return failing === null ? null : startOfLondonDay(failing);
}
