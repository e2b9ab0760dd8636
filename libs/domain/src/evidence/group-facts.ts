import { addMonths } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { GroupId } from '../ids.js';
import type { OperatingModel } from '../model/operating-model.js';

/** What a decision reads of a designated group. A group that was never designated is null wherever this is asked. */
export interface GroupFacts {
  readonly groupId: GroupId;
  /** Stream version that was read; the append transaction checks it. */
  readonly version: number;
  readonly designatedOn: LocalDate;
  /** Null when the group has not been audited since its designation. */
  readonly lastAudit: LocalDate | null;
  readonly qualifyingMembers: number;
}

/** The date on which a group's last audit stops counting; null when it was never audited. */
export function groupLapsesOn(group: GroupFacts, model: OperatingModel): LocalDate | null {
  return group.lastAudit === null ? null : addMonths(group.lastAudit, model.group.auditMonths);
}

/**
 * Whether nexus evidence to the group counts on a date: designated, audited recently enough, with enough members.
 * On the anniversary itself the audit has lapsed, and designation does not stand in for an audit.
 */
export function isGroupCurrent(group: GroupFacts | null, asOf: LocalDate, model: OperatingModel): boolean {
  if (group === null || group.qualifyingMembers < model.group.minimumMembers) return false;
  const lapse = groupLapsesOn(group, model);
  return lapse !== null && lapse > asOf;
}
