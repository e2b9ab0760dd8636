import type { AgeStanding } from '../calendar/age.js';
import type { Instant } from '../calendar/london-time.js';
import type { LocalDate } from '../calendar/local-date.js';
import { sortedCodes } from '../codes.js';
import type { Code } from '../codes.js';
import { criteriaHoldUntil } from '../evidence/criteria-hold.js';
import type { GroupFacts } from '../evidence/group-facts.js';
import type { EvidenceItem } from '../evidence/item.js';
import { storableItems } from '../evidence/readable.js';
import { clockDue, reviewDueOf } from '../model/clocks.js';
import type { OperatingModel } from '../model/operating-model.js';
import type { ImportEntry, ProposeEntry } from './commands.js';
import type { EnteredBand, EntryApproved, EntryProposed, GroupRead, LegacyEntryAsserted } from './events.js';
import { isNamed } from './rules.js';
import type { HarmAssessment } from './rules.js';

/** The event of a proposal. Kinds that never count are left out: they may not be kept. */
export function entryProposed(
  command: ProposeEntry | ImportEntry,
  assessment: HarmAssessment,
  waitingFor: readonly Code[],
  model: OperatingModel,
): EntryProposed {
  const { ageClass, nextAgeBoundary, borough, decidedAt, group, inCustody, proposedBy } = command;
  return {
    type: 'EntryProposed',
    skeleton: { borough },
    case: {
      role: assessment.role,
      ageClass,
      nextAgeBoundary,
      evidence: storableItems(command.evidence, model),
      group: groupRead(group),
      inCustody,
      proposedBy,
      waitingFor: sortedCodes(waitingFor),
      decideBy: clockDue('proposalDecision', decidedAt, ageClass, model),
      score: assessment.score?.score ?? 0,
      band: enterableBand(assessment),
      scoreLines: assessment.score?.lines ?? [],
    },
  };
}

/** The event of an entry on the word of a legacy file, with the instant until which somebody must attest it. */
export function legacyEntryAsserted(
  command: ImportEntry,
  assertedApprovedBy: string,
  assessment: HarmAssessment,
  asOf: LocalDate,
  model: OperatingModel,
): LegacyEntryAsserted {
  const attestBy = clockDue('legacyAttestation', command.decidedAt, command.ageClass, model);
  return {
    type: 'LegacyEntryAsserted',
    skeleton: { borough: command.borough },
    case: { ...entryFacts(command, assessment, asOf, model), assertedApprovedBy, attestBy },
  };
}

function groupRead(group: GroupFacts | null): GroupRead | null {
  return group === null ? null : { id: group.groupId, version: group.version };
}

function enterableBand({ score }: HarmAssessment): EnteredBand | null {
  return score === null || score.band === 'ZERO' ? null : score.band;
}

interface EntryInput extends AgeStanding {
  readonly decidedAt: Instant;
  readonly childAuthority: string | null;
  readonly inCustody: boolean;
  readonly evidence: readonly EvidenceItem[];
  readonly group: GroupFacts | null;
}

type EntryFacts = Omit<EntryApproved['case'], 'approvedBy' | 'attestationHash' | 'notification'>;

/**
 * What an entry rests on and when its clocks fall due. Only for an assessment without codes: throws when there is no
 * score or it is zero, because nothing may be entered then.
 */
export function entryFacts(
  input: EntryInput,
  assessment: HarmAssessment,
  asOf: LocalDate,
  model: OperatingModel,
): EntryFacts {
  const { score, sufficiency, role } = assessment;
  if (score === null || score.band === 'ZERO')
    throw new Error('an entry needs sufficient evidence and a score');
  const { ageClass, nextAgeBoundary, decidedAt, childAuthority, inCustody, evidence, group } = input;
  return {
    role,
    band: score.band,
    score: score.score,
    scoreLines: score.lines,
    countedEvidence: sufficiency.chosen.map(({ evidenceId }) => evidenceId).sort(),
    ageClass,
    nextAgeBoundary,
    group: groupRead(group),
    childAuthority: isNamed(childAuthority) ? childAuthority : null,
    inCustody,
    reviewDue: reviewDueOf(score.band, decidedAt, ageClass, model),
    criteriaHoldUntil: criteriaHoldUntil(evidence, group, asOf, model),
  };
}
