import { londonDateOf } from '../calendar/london-time.js';
import type { Instant } from '../calendar/london-time.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { BoroughCode } from '../borough.js';
import type { GroupId } from '../ids.js';
import { accept, refuse } from '../refusal.js';
import type { Decision } from '../refusal.js';
import type { GroupEvent } from './events.js';
import type { GroupState } from './state.js';

interface GroupCommand {
  readonly groupId: GroupId;
  readonly borough: BoroughCode;
  readonly decidedAt: Instant;
}

/** Designates a group: members are attested by whoever designates, never counted from the list. */
export interface DesignateGroup extends GroupCommand {
  readonly type: 'DesignateGroup';
  readonly name: string;
  readonly designatedOn: LocalDate;
  readonly qualifyingMembers: number;
  readonly designatedBy: string;
}

/** Records an audit of a group and the members that it found. */
export interface AuditGroup extends GroupCommand {
  readonly type: 'AuditGroup';
  readonly auditedOn: LocalDate;
  readonly qualifyingMembers: number;
  readonly auditedBy: string;
}

/** Every command on a group. */
export type GroupCommands = DesignateGroup | AuditGroup;

/**
 * Decides a command on a group. A small group may be designated: it is recorded and is not current (docs/explanation/rules.md, evidence).
 * Refuses with SCH-003 a date after the decision or a number of members that is none, with STM-001 a second
 * designation, an audit of a group that was never designated, and an audit older than the last one.
 */
export function decideGroup(command: GroupCommands, state: GroupState): Decision<GroupEvent> {
  const today = londonDateOf(command.decidedAt);
  if (!Number.isInteger(command.qualifyingMembers) || command.qualifyingMembers < 0)
    return refuse(['SCH-003']);
  switch (command.type) {
    case 'DesignateGroup':
      return designate(command, state, today);
    case 'AuditGroup':
      return audit(command, state, today);
    default:
      return command satisfies never;
  }
}

function designate(command: DesignateGroup, state: GroupState, today: LocalDate): Decision<GroupEvent> {
  const { borough, name, designatedOn, qualifyingMembers, designatedBy } = command;
  if (state.lifecycle !== 'NONE') return refuse(['STM-001']);
  if (name.trim() === '' || designatedOn > today) return refuse(['SCH-003']);
  return accept([
    {
      type: 'GroupDesignated',
      skeleton: { borough },
      case: { name, designatedOn, qualifyingMembers, designatedBy },
    },
  ]);
}

function audit(command: AuditGroup, state: GroupState, today: LocalDate): Decision<GroupEvent> {
  const { borough, auditedOn, qualifyingMembers, auditedBy } = command;
  if (state.lifecycle === 'NONE') return refuse(['STM-001']);
  if (auditedOn > today) return refuse(['SCH-003']);
  // An older audit must not take back what a later one found.
  if (state.lastAudit !== null && auditedOn < state.lastAudit) return refuse(['STM-001']);
  return accept([
    { type: 'GroupAudited', skeleton: { borough }, case: { auditedOn, qualifyingMembers, auditedBy } },
  ]);
}
