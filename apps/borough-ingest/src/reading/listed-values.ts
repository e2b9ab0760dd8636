import { ABOUTS, EVIDENCE_KINDS, MATTERS } from '@probity/domain';

/** Canonical person types; what they mean is the domain's to say. */
const PERSON_TYPES = ['Nominal', 'Victim', 'At risk', 'Associate', 'Witness'] as const;

/** Columns with a list of canonical values, by word key. */
export const LISTED_VALUES: ReadonlyMap<string, ReadonlySet<string>> = new Map<string, ReadonlySet<string>>([
  ['person_type', new Set(PERSON_TYPES)],
  ['evN_kind', new Set(EVIDENCE_KINDS)],
  ['evN_about', new Set(ABOUTS)],
  ['evN_offence', new Set(MATTERS)],
]);
