/** Kinds of evidence that the operating model knows. */
export const EVIDENCE_KINDS = [
  'CONVICTION',
  'CHARGE_PENDING',
  'RECORDED_CRIME_SUSPECT',
  'INTELLIGENCE_REPORT',
  'PARTNER_REPORT',
  'WEAPON_RECOVERY',
  'SELF_ADMISSION',
  'SOCIAL_MEDIA',
  'ASSOCIATION',
  'CLOTHING_OR_MUSIC',
  'LOCATION',
  'STOP_SEARCH_NEGATIVE',
  'FAMILY',
  'VICTIMISATION',
  'SAFEGUARDING_REFERRAL',
] as const;

/** Scored matters; an item may have none. */
export const MATTERS = [
  'FIREARM_DISCHARGE',
  'GBH',
  'ATTEMPTED_HOMICIDE',
  'KNIFE_INJURY',
  'ARMED_ROBBERY',
  'WEAPON_POSSESSION',
  'VIOLENCE_INTELLIGENCE',
] as const;

/** What an item concerns. `nexus` is to the group named with the evidence. */
export const ABOUTS = ['violence', 'weapon', 'nexus', 'victim'] as const;

/** Fact or personal assessment, kept apart as DPA 2018 s.38(2) asks. */
export const BASES = ['FACT', 'ASSESSMENT'] as const;

/** Where an item comes from. */
export const SOURCE_CLASSES = ['POLICE', 'PARTNER', 'COMMUNITY', 'COURT'] as const;

/** One of {@link EVIDENCE_KINDS}. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];
/** One of {@link MATTERS}. */
export type Matter = (typeof MATTERS)[number];
/** One of {@link ABOUTS}. */
export type About = (typeof ABOUTS)[number];
/** One of {@link BASES}. */
export type Basis = (typeof BASES)[number];
/** One of {@link SOURCE_CLASSES}. */
export type SourceClass = (typeof SOURCE_CLASSES)[number];

const kinds: ReadonlySet<string> = new Set(EVIDENCE_KINDS);
const matters: ReadonlySet<string> = new Set(MATTERS);
const abouts: ReadonlySet<string> = new Set(ABOUTS);

/** Whether the text is a kind of evidence, letter for letter. */
export function isEvidenceKind(text: string): text is EvidenceKind {
  return kinds.has(text);
}

/** Whether the text is a scored matter, letter for letter. */
export function isMatter(text: string): text is Matter {
  return matters.has(text);
}

/** Whether the text says what an item may concern, letter for letter. */
export function isAbout(text: string): text is About {
  return abouts.has(text);
}
