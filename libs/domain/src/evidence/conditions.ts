import type { OperatingModel } from '../model/operating-model.js';
import type { EvidenceItem } from './item.js';

/** Parts of the sufficiency rule that can fail, named in the order in which they are reported. */
export const MISSING_PARTS = [
  'INDEPENDENT_SOURCE',
  'OTHER_ORGANISATION_OR_FACT',
  'STRONG_GRADE',
  'ONE_D_AT_MOST',
  'VIOLENCE_OR_WEAPON',
  'NEXUS',
  'CURRENT_GROUP',
  'UNEXPIRED_ITEM',
  'REGRADED_ITEM',
  'ITEM_NOT_OF_POLICE_ORIGIN',
] as const;

/** One of {@link MISSING_PARTS}. */
export type MissingPart = (typeof MISSING_PARTS)[number];

/** What a set of counted items shows, in one pass. */
export interface SetFacts {
  /** Distinct root origins: items of one root are one source. */
  readonly sources: number;
  readonly failed: readonly MissingPart[];
}

/**
 * Conditions 1 to 5 of the sufficiency rule on a set of items that count (6 and 7 are met by counting). The limit on
 * D grades is left to the caller, who chooses the set.
 *
 * A source counts once for organisations too. With two sources, two organisations among them can always be assigned
 * to different sources, so the lesser of both numbers is what the set has.
 */
export function examineSet(items: readonly EvidenceItem[], model: OperatingModel): SetFacts {
  const rule = model.sufficiency;
  const roots: string[] = [];
  const organisations: string[] = [];
  let hasFact = false;
  let hasStrongGrade = false;
  let hasBehaviour = false;
  let hasNexus = false;
  for (const item of items) {
    if (!roots.includes(item.rootOriginId)) roots.push(item.rootOriginId);
    if (!organisations.includes(item.originOrg)) organisations.push(item.originOrg);
    hasFact ||= item.basis === 'FACT';
    hasStrongGrade ||= isStrong(item, model);
    hasBehaviour ||= rule.behaviour.includes(item.about);
    hasNexus ||= item.about === 'nexus';
  }
  const independentOrganisations = Math.min(roots.length, organisations.length);
  const failed: MissingPart[] = [];
  if (roots.length < rule.independentSources) failed.push('INDEPENDENT_SOURCE');
  if (!hasFact && independentOrganisations < rule.organisationsUnlessFact)
    failed.push('OTHER_ORGANISATION_OR_FACT');
  if (!hasStrongGrade) failed.push('STRONG_GRADE');
  if (!hasBehaviour) failed.push('VIOLENCE_OR_WEAPON');
  if (!hasNexus) failed.push('NEXUS');
  return { sources: roots.length, failed };
}

/** Whether the number of such grades in a set is limited: information D, not known. */
export function isLimited({ grade }: EvidenceItem, model: OperatingModel): boolean {
  return grade.scheme === '3x5x2' && grade.information === model.sufficiency.limitedInformation;
}

function isStrong({ grade }: EvidenceItem, model: OperatingModel): boolean {
  if (grade.scheme === '5x5x5') return false;
  const { strongSources, strongInformation } = model.sufficiency;
  return strongSources.includes(grade.source) && strongInformation.includes(grade.information);
}
