import { isAbout, isEvidenceKind, isMatter, parseGrade } from '@probity/domain';
import type { EvidenceItem, OperatingModel, SourceClass } from '@probity/domain';
import { ITEM_COLUMNS, ITEM_NAMES } from './columns.js';
import type { ItemPlace } from './columns.js';
import type { RowFields } from './row-fields.js';

/** An evidence item as a list asserts it: everything but the id, which the import gives. */
export type AssertedEvidence = Omit<EvidenceItem, 'evidenceId'>;

/** What reading an item needs of the operating model: the basis of each kind and the police organisations. */
export type ItemRules = Pick<OperatingModel, 'kinds' | 'police'>;

/** Source class of an organisation as lists write it; a list names no other classes than these. */
function sourceClassOf(organisation: string, rules: ItemRules): SourceClass {
  if (rules.police.organisations.includes(organisation)) return 'POLICE';
  if (organisation === 'COMMUNITY' || organisation === 'COURT') return organisation;
  return 'PARTNER';
}

/**
 * Reads the item at one place of a row: null when all its fields are blank. An item is whole or absent; only
 * `verified_by` and `offence` may be blank in it. Whatever cannot be read is marked in `fields` and gives null as well.
 * Lawfulness is what the file asserts by holding the item (docs/explanation/rules.md, outcomes, legacy rows).
 */
export function readItem(fields: RowFields, place: ItemPlace, rules: ItemRules): AssertedEvidence | null {
  const names = ITEM_NAMES[place];
  if (ITEM_COLUMNS.every((column) => fields.text(names[column]) === '')) return null;
  const kind = fields.listed(names.kind, (text) => (isEvidenceKind(text) ? text : null));
  const about = fields.listed(names.about, (text) => (isAbout(text) ? text : null));
  const grade = fields.listed(names.grade, parseGrade);
  const matter =
    fields.optional(names.offence) === null
      ? null
      : fields.listed(names.offence, (text) => (isMatter(text) ? text : null));
  const eventDate = fields.requiredDate(names.date);
  const receivedAt = fields.requiredDate(names.received);
  const sourceRef = fields.required(names.ref);
  const rootOriginId = fields.required(names.origin);
  const originOrg = fields.required(names.org);
  const submittedBy = fields.required(names.submitted_by);
  if (kind === null || about === null || grade === null || eventDate === null || receivedAt === null)
    return null;
  return {
    kind,
    basis: rules.kinds[kind].basis,
    sourceRef,
    rootOriginId,
    originOrg,
    sourceClass: sourceClassOf(originOrg, rules),
    grade,
    eventDate,
    receivedAt,
    submittedBy,
    verifiedBy: fields.optional(names.verified_by),
    about,
    matter,
    lawfullyObtained: true,
  };
}
