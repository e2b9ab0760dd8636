import type { LocalDate } from '../calendar/local-date.js';
import type { BoroughCode } from '../borough.js';

/** A group was designated. Designation starts no audit clock. */
export interface GroupDesignated {
  readonly type: 'GroupDesignated';
  readonly skeleton: { readonly borough: BoroughCode };
  readonly case: {
    readonly name: string;
    readonly designatedOn: LocalDate;
    readonly qualifyingMembers: number;
    readonly designatedBy: string;
  };
}

/** A group was audited; nexus evidence to it counts for a time from this date. */
export interface GroupAudited {
  readonly type: 'GroupAudited';
  readonly skeleton: { readonly borough: BoroughCode };
  readonly case: {
    readonly auditedOn: LocalDate;
    readonly qualifyingMembers: number;
    readonly auditedBy: string;
  };
}

/** Every event of a group. */
export type GroupEvent = GroupDesignated | GroupAudited;
