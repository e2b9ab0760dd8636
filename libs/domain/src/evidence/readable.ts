import type { LocalDate } from '../calendar/local-date.js';
import type { OperatingModel } from '../model/operating-model.js';
import type { EvidenceItem } from './item.js';

/** Whether every item happened and was received by a date. Evidence from the future is unreadable (SCH-003). */
export function isDatedBy(items: readonly EvidenceItem[], asOf: LocalDate): boolean {
  return items.every(({ eventDate, receivedAt }) => eventDate <= asOf && receivedAt <= asOf);
}

/** The items that may be kept: kinds that never count are not stored at all (docs/explanation/rules.md, evidence). */
export function storableItems(
  items: readonly EvidenceItem[],
  model: OperatingModel,
): readonly EvidenceItem[] {
  return items.filter(({ kind }) => model.kinds[kind].isStored);
}
