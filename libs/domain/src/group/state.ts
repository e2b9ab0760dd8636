import type { GroupFacts } from '../evidence/group-facts.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { GroupId } from '../ids.js';
import type { GroupEvent } from './events.js';

/** A group that was designated. */
export interface DesignatedGroup {
  readonly lifecycle: 'DESIGNATED';
  readonly designatedOn: LocalDate;
  readonly lastAudit: LocalDate | null;
  readonly qualifyingMembers: number;
}

/** A group as its own events tell it. */
export type GroupState = { readonly lifecycle: 'NONE' } | DesignatedGroup;

/** A group before its first event. */
export const initialGroup: GroupState = { lifecycle: 'NONE' };

/** The group after one more event. */
export function evolveGroup(state: GroupState, event: GroupEvent): GroupState {
  switch (event.type) {
    case 'GroupDesignated': {
      const { designatedOn, qualifyingMembers } = event.case;
      return { lifecycle: 'DESIGNATED', designatedOn, lastAudit: null, qualifyingMembers };
    }
    case 'GroupAudited':
      if (state.lifecycle === 'NONE') return state;
      return { ...state, lastAudit: event.case.auditedOn, qualifyingMembers: event.case.qualifyingMembers };
    default:
      return event satisfies never;
  }
}

/** What a decision on a record reads of a group at a stream version; null when it was never designated. */
export function groupFactsOf(state: GroupState, groupId: GroupId, version: number): GroupFacts | null {
  if (state.lifecycle === 'NONE') return null;
  const { designatedOn, lastAudit, qualifyingMembers } = state;
  return { groupId, version, designatedOn, lastAudit, qualifyingMembers };
}
