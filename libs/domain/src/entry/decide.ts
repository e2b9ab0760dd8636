import { londonDateOf } from '../calendar/london-time.js';
import { addDays } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import { isChild } from '../calendar/age.js';
import type { Code } from '../codes.js';
import { isDatedBy, storableItems } from '../evidence/readable.js';
import type { OperatingModel } from '../model/operating-model.js';
import { accept, isRefusal, refuse } from '../refusal.js';
import type { Decision, Refusal } from '../refusal.js';
import { roleFamilyOf } from '../role/role-family.js';
import type { ApproveEntry, EntryCommands, ImportEntry, ProposeEntry, RejectEntry } from './commands.js';
import { entryFacts, entryProposed, legacyEntryAsserted } from './outcome.js';
import type { EntryEvent } from './events.js';
import { REJECTION_REASONS } from './events.js';
import { ageCodes, approverCodes, assessHarm, isNamed, isNeverEnterable } from './rules.js';
import type { EntryState } from './state.js';

/** Decides a command on a harm record: pure, with every number from the operating model. */
export function decideEntry(
  command: EntryCommands,
  state: EntryState,
  model: OperatingModel,
): Decision<EntryEvent> {
  switch (command.type) {
    case 'ProposeEntry':
      return decideProposal(command, state, model);
    case 'ImportEntry':
      return decideImport(command, state, model);
    case 'ApproveEntry':
      return decideApproval(command, state, model);
    case 'RejectEntry':
      return decideRejection(command, state);
    default:
      return command satisfies never;
  }
}

/** A proposal may wait for evidence, but must have some that can be kept; nobody is held here on nothing. */
function decideProposal(
  command: ProposeEntry,
  state: EntryState,
  model: OperatingModel,
): Decision<EntryEvent> {
  const asOf = londonDateOf(command.decidedAt);
  const refusal = refuseAtTheDoor(command, state, asOf, model);
  if (refusal !== null) return refusal;
  const assessment = assessHarm(command.evidence, command.group, asOf, model);
  const blocking = [...assessment.codes, ...ageCodes(command.ageClass, null, model)];
  const hasNothingToKeep = storableItems(command.evidence, model).length === 0;
  if (hasNothingToKeep || blocking.includes('EVD-010')) return refuse(blocking, assessment.sufficiency);
  return accept([entryProposed(command, assessment, blocking, model)], blocking, assessment.sufficiency);
}

/**
 * One row of a legacy file: every approval guard but the logged-in four eyes is evaluated at once. Any EVD or SCO code
 * refuses with all codes; AGE-002, AUT-001, a missing approver or a closed window leaves a proposal (docs/explanation/rules.md, outcomes).
 */
function decideImport(command: ImportEntry, state: EntryState, model: OperatingModel): Decision<EntryEvent> {
  const asOf = londonDateOf(command.decidedAt);
  const refusal = refuseAtTheDoor(command, state, asOf, model);
  if (refusal !== null) return refusal;
  const assessment = assessHarm(command.evidence, command.group, asOf, model);
  const waitingFor = [
    ...ageCodes(command.ageClass, command.childAuthority, model),
    ...approverCodes(command.approvedBy, command.proposedBy),
  ];
  if (assessment.codes.length > 0) {
    return refuse([...assessment.codes, ...waitingFor], assessment.sufficiency);
  }
  const proposed = entryProposed(command, assessment, waitingFor, model);
  const isEntered = command.window.open && isNamed(command.approvedBy) && waitingFor.length === 0;
  return isEntered
    ? accept(
        [proposed, legacyEntryAsserted(command, command.approvedBy, assessment, asOf, model)],
        [],
        assessment.sufficiency,
      )
    : accept([proposed], waitingFor, assessment.sufficiency);
}

function decideApproval(
  command: ApproveEntry,
  state: EntryState,
  model: OperatingModel,
): Decision<EntryEvent> {
  if (state.lifecycle !== 'PROPOSED' || hasRunOut(command.decidedAt, state.decideBy))
    return refuse(['STM-001']);
  const asOf = londonDateOf(command.decidedAt);
  if (isNeverEnterable(command.ageClass, model)) return refuse(['AGE-001']);
  if (!isApprovalComplete(command, asOf, model)) return refuse(['SCH-003']);
  // Only the group that was proposed can carry the nexus items.
  const group = command.group?.groupId === state.groupId ? command.group : null;
  const assessment = assessHarm(state.evidence, group, asOf, model);
  const codes: Code[] = [...assessment.codes];
  codes.push(...ageCodes(command.ageClass, command.childAuthority, model));
  codes.push(...approverCodes(command.approvedBy, state.proposedBy));
  // DPA 2018 s.49: no significant decision on automated processing alone.
  if (command.actorKind === 'service') codes.push('AUT-004');
  if (codes.length > 0) return refuse(codes, assessment.sufficiency);
  const facts = entryFacts({ ...command, evidence: state.evidence, group }, assessment, asOf, model);
  const { approvedBy, attestationHash, notification, borough } = command;
  const approved: EntryEvent = {
    type: 'EntryApproved',
    skeleton: { borough },
    case: { ...facts, approvedBy, attestationHash, notification },
  };
  return accept([approved], [], assessment.sufficiency);
}

function decideRejection(command: RejectEntry, state: EntryState): Decision<EntryEvent> {
  const { borough, reasonCode, rejectedBy } = command;
  if (state.lifecycle !== 'PROPOSED') return refuse(['STM-001']);
  if (reasonCode === 'TIME_LIMIT' && !hasRunOut(command.decidedAt, state.decideBy))
    return refuse(['STM-001']);
  const reasonFamily = REJECTION_REASONS[reasonCode];
  return accept([
    { type: 'EntryRejected', skeleton: { borough, reasonFamily }, case: { reasonCode, rejectedBy } },
  ]);
}

/** The checks that end a decision alone, in their order: state, readable values, role, age under 10. */
function refuseAtTheDoor(
  command: ProposeEntry | ImportEntry,
  state: EntryState,
  asOf: LocalDate,
  model: OperatingModel,
): Refusal | null {
  if (state.lifecycle !== 'NONE') return refuse(['STM-001']);
  if (!isDatedBy(command.evidence, asOf)) return refuse(['SCH-003']);
  const family = roleFamilyOf(command.personType);
  if (isRefusal(family)) return family;
  // A victim or person at risk has no place in this family of records; the register decides on them.
  if (family.family !== 'harm') return refuse(['ROLE-001']);
  return isNeverEnterable(command.ageClass, model) ? refuse(['AGE-001']) : null;
}

/** An approval needs an approver, a written attestation and, where telling is restricted, a review in time. */
function isApprovalComplete(command: ApproveEntry, asOf: LocalDate, model: OperatingModel): boolean {
  if (!isNamed(command.approvedBy) || !isNamed(command.attestationHash)) return false;
  if (command.notification.decision === 'NOTIFY') return true;
  const { ground, reviewBy } = command.notification;
  const period = model.clocks.restrictionReview;
  const latest = addDays(asOf, isChild(command.ageClass) ? period.under18 : period.adult);
  return isNamed(ground) && reviewBy > asOf && reviewBy <= latest;
}

function hasRunOut(at: string, due: string): boolean {
  return Date.parse(at) >= Date.parse(due);
}
