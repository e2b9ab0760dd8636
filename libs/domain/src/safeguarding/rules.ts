import { isChild } from '../calendar/age.js';
import type { AgeClass } from '../calendar/age.js';
import type { LocalDate } from '../calendar/local-date.js';
import { expiresOn, failingsOf, isExpired, isPoliceEcho } from '../evidence/classify.js';
import { firstFailure } from '../evidence/criteria-hold.js';
import type { EvidenceItem } from '../evidence/item.js';
import type { Instant } from '../calendar/london-time.js';
import type { OperatingModel, Vulnerability } from '../model/operating-model.js';
import type { SafeguardingRole } from '../role/roles.js';

/** Whether an item is of a kind that the role can rest on. */
export function isOfRole(item: EvidenceItem, role: SafeguardingRole, model: OperatingModel): boolean {
  return model.safeguarding.roles[role].kinds.includes(item.kind);
}

/**
 * Whether an item holds a safeguarding role on a London date: its kind and source are those of the role, it has not
 * expired, its grade counts, somebody else verified it, it was lawfully obtained, and it is no police echo (docs/explanation/rules.md, roles).
 */
export function holdsRole(
  item: EvidenceItem,
  role: SafeguardingRole,
  asOf: LocalDate,
  model: OperatingModel,
): boolean {
  return (
    isOfRole(item, role, model) &&
    model.safeguarding.roles[role].sourceClasses.includes(item.sourceClass) &&
    !isPoliceEcho(item, model) &&
    !isExpired(item, asOf, model) &&
    failingsOf(item, model).length === 0
  );
}

/** The first London midnight at which none of the items holds the role any more; null when one holds for ever. */
export function roleHoldsUntil(
  counted: readonly EvidenceItem[],
  role: SafeguardingRole,
  asOf: LocalDate,
  model: OperatingModel,
): Instant | null {
  const expiries = counted.map((item) => expiresOn(item, model));
  return firstFailure(expiries, asOf, (date) => counted.some((item) => holdsRole(item, role, date, model)));
}

/** The vulnerability that is assumed until a professional has assessed it; never derived from harm. */
export function unassessedVulnerability(ageClass: AgeClass, model: OperatingModel): Vulnerability {
  const { adult, under18 } = model.safeguarding.unassessedVulnerability;
  return isChild(ageClass) ? under18 : adult;
}
