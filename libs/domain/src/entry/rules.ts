import type { AgeClass } from '../calendar/age.js';
import { addMonths } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { Code } from '../codes.js';
import { isBasisMisstated } from '../evidence/classify.js';
import type { GroupFacts } from '../evidence/group-facts.js';
import type { EvidenceItem } from '../evidence/item.js';
import { scoreOf } from '../evidence/score.js';
import type { Score } from '../evidence/score.js';
import { assessSufficiency } from '../evidence/sufficiency.js';
import type { Sufficiency } from '../evidence/sufficiency.js';
import type { OperatingModel } from '../model/operating-model.js';
import type { HarmRole } from '../role/roles.js';

/** What the evidence alone says about a person in a harm role. */
export interface HarmAssessment {
  readonly sufficiency: Sufficiency;
  /** Null while the evidence does not suffice: a score is looked at only then. */
  readonly score: Score | null;
  readonly role: HarmRole;
  /** EVD and SCO codes; any of them refuses. */
  readonly codes: readonly Code[];
}

/** Sufficiency, then score, then the role that the evidence supports, on a London date. */
export function assessHarm(
  evidence: readonly EvidenceItem[],
  group: GroupFacts | null,
  asOf: LocalDate,
  model: OperatingModel,
): HarmAssessment {
  const sufficiency = assessSufficiency(evidence, group, asOf, model);
  const score = sufficiency.sufficient ? scoreOf(sufficiency.chosen, asOf, model) : null;
  const codes = [...sufficiency.codes];
  // A wrong basis would be stored as it is, so it refuses even where the other items suffice.
  if (evidence.some((item) => isBasisMisstated(item, model))) codes.push('EVD-010');
  if (score?.band === 'ZERO') codes.push('SCO-001');
  return { sufficiency, score, role: harmRoleOf(sufficiency.chosen, asOf, model), codes };
}

/**
 * The harm role that a sufficient set supports: convicted with a conviction that concerns violence or weapons, by what
 * it concerns and not by the name of the offence, in the months that the model states; otherwise suspected.
 */
function harmRoleOf(chosen: readonly EvidenceItem[], asOf: LocalDate, model: OperatingModel): HarmRole {
  const { withinMonths, about } = model.convictedRole;
  const isConvicted = chosen.some(
    (item) =>
      item.kind === 'CONVICTION' &&
      about.includes(item.about) &&
      addMonths(item.eventDate, withinMonths) > asOf,
  );
  return isConvicted ? 'CONVICTED_OFFENDER' : 'SUSPECTED_OFFENDER';
}

/** Whether the age class can never be entered in a harm role (AGE-001). */
export function isNeverEnterable(ageClass: AgeClass, model: OperatingModel): boolean {
  return model.ages[ageClass] === 'NEVER';
}

/**
 * AGE-002 when the age class needs an authority that is not named. Authority of a central superintendent cannot be
 * given by a file or a borough, so where the model asks for it the code always stands.
 */
export function ageCodes(
  ageClass: AgeClass,
  childAuthority: string | null,
  model: OperatingModel,
): readonly Code[] {
  switch (model.ages[ageClass]) {
    case 'NONE':
      return [];
    case 'CHILD_AUTHORITY':
      return isNamed(childAuthority) ? [] : ['AGE-002'];
    case 'CENTRAL_AUTHORITY':
      return ['AGE-002'];
    case 'NEVER':
      return ['AGE-001'];
  }
}

/** AUT-001 when the proposer approved. A missing approver has no code. */
export function approverCodes(approvedBy: string | null, proposedBy: string): readonly Code[] {
  return isNamed(approvedBy) && approvedBy === proposedBy ? ['AUT-001'] : [];
}

/** Whether somebody is named at all. */
export function isNamed(name: string | null): name is string {
  return name !== null && name.trim() !== '';
}
