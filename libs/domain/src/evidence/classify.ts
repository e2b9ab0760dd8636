import { addMonths } from '../calendar/local-date.js';
import type { LocalDate } from '../calendar/local-date.js';
import type { Code } from '../codes.js';
import type { OperatingModel } from '../model/operating-model.js';
import type { EvidenceItem } from './item.js';

/** Why an item does not count for a harm role. */
export type Exclusion =
  | 'EXPIRED'
  | 'HISTORIC_GRADE'
  | 'KIND'
  | 'POLICE_ECHO'
  | 'BASIS'
  | 'GRADE'
  | 'VERIFICATION'
  | 'LAWFULNESS'
  | 'GROUP_NOT_CURRENT';

/** Whether an item counts, and if not, every reason that is named and the codes that they carry. */
export interface Classification {
  readonly counted: boolean;
  readonly exclusions: readonly Exclusion[];
  readonly codes: readonly Code[];
}

const COUNTED: Classification = { counted: true, exclusions: [], codes: [] };
const EXPIRED = excluded('EXPIRED', []);
const HISTORIC = excluded('HISTORIC_GRADE', []);
const ECHO = excluded('POLICE_ECHO', []);
const GROUP_NOT_CURRENT = excluded('GROUP_NOT_CURRENT', []);

/**
 * Whether an item counts for a harm role on a London date (docs/explanation/rules.md, evidence, counted items).
 *
 * An item that fails in several ways is explained in this order: expired or graded 5x5x5, without a code; police
 * information echoed by a partner kind, without a code; a kind that never qualifies, with the code of the kind;
 * otherwise basis, grade, verification and lawfulness, all that apply. Nexus to a group that is not current counts for
 * nothing and has no code.
 */
export function classify(
  item: EvidenceItem,
  asOf: LocalDate,
  model: OperatingModel,
  groupIsCurrent = true,
): Classification {
  const own = classifyAlone(item, asOf, model);
  return own.counted && item.about === 'nexus' && !groupIsCurrent ? GROUP_NOT_CURRENT : own;
}

/** The date from which an item no longer counts: its anniversary; null for a kind without shelf life. */
export function expiresOn(item: EvidenceItem, model: OperatingModel): LocalDate | null {
  const months = model.kinds[item.kind].shelfLifeMonths;
  return months === null ? null : addMonths(item.eventDate, months);
}

/** Whether an item has run past its shelf life. On the anniversary itself it has. */
export function isExpired(item: EvidenceItem, asOf: LocalDate, model: OperatingModel): boolean {
  const expiry = expiresOn(item, model);
  return expiry !== null && expiry <= asOf;
}

/** Whether an item of a partner kind came from a police organisation: police information echoed back. */
export function isPoliceEcho(item: EvidenceItem, model: OperatingModel): boolean {
  if (model.kinds[item.kind].countsFromPolice) return false;
  return item.sourceClass === 'POLICE' || model.police.organisations.includes(item.originOrg);
}

/** Whether an item calls itself a fact although its kind is an assessment (DPA 2018 s.38(2), R-15). */
export function isBasisMisstated(item: EvidenceItem, model: OperatingModel): boolean {
  return item.basis === 'FACT' && model.kinds[item.kind].basis !== 'FACT';
}

/** The failings that a kind cannot excuse: basis, grade, verification, lawfulness. Empty when there is none. */
export function failingsOf(item: EvidenceItem, model: OperatingModel): readonly Exclusion[] {
  const failings: Exclusion[] = [];
  if (isBasisMisstated(item, model)) failings.push('BASIS');
  if (isGradeUncountable(item, model)) failings.push('GRADE');
  if (item.verifiedBy === null || item.verifiedBy === item.submittedBy) failings.push('VERIFICATION');
  if (!item.lawfullyObtained) failings.push('LAWFULNESS');
  return failings;
}

function classifyAlone(item: EvidenceItem, asOf: LocalDate, model: OperatingModel): Classification {
  if (isExpired(item, asOf, model)) return EXPIRED;
  if (item.grade.scheme === '5x5x5') return HISTORIC;
  if (isPoliceEcho(item, model)) return ECHO;
  const { neverCode } = model.kinds[item.kind];
  if (neverCode !== null) return excluded('KIND', [neverCode]);
  const failings = failingsOf(item, model);
  return failings.length === 0
    ? COUNTED
    : { counted: false, exclusions: failings, codes: failings.flatMap(codesOfFailing) };
}

function isGradeUncountable({ grade }: EvidenceItem, model: OperatingModel): boolean {
  if (grade.scheme === '5x5x5') return true;
  const { neverCountedSources, neverCountedInformation } = model.sufficiency;
  return neverCountedSources.includes(grade.source) || neverCountedInformation.includes(grade.information);
}

function codesOfFailing(failing: Exclusion): readonly Code[] {
  switch (failing) {
    case 'BASIS':
      return ['EVD-010'];
    case 'GRADE':
      return ['EVD-004'];
    case 'VERIFICATION':
      return ['EVD-008'];
    case 'LAWFULNESS':
      return ['EVD-009'];
    case 'EXPIRED':
    case 'HISTORIC_GRADE':
    case 'KIND':
    case 'POLICE_ECHO':
    case 'GROUP_NOT_CURRENT':
      return [];
    default:
      return failing satisfies never;
  }
}

function excluded(exclusion: Exclusion, codes: readonly Code[]): Classification {
  return { counted: false, exclusions: [exclusion], codes };
}
