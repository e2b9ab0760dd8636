/** What data of a list may be looked at for (law enforcement purposes of the list, DPA 2018 s.36), and what for not. */
export const LOOK_PURPOSES = [
  'OFFENDER_MANAGEMENT',
  'VIOLENCE_REDUCTION_TASKING',
  'CUSTODY_SAFETY',
  'SAFEGUARD_CHILD',
  'SAFEGUARD_ADULT',
  'THREAT_TO_LIFE',
  'RIGHTS_REQUEST',
  'AUDIT',
] as const;

/** What a list is looked at for. */
export type LookPurpose = (typeof LOOK_PURPOSES)[number];

/** Purposes for which nothing is ever shown: outside law enforcement, or out of proportion (DPA 2018 s.36(4)). */
export const REFUSED_PURPOSES = [
  'HOUSING_ENFORCEMENT',
  'BENEFITS',
  'IMMIGRATION',
  'SCHOOL_EXCLUSION',
  'EMPLOYMENT_VETTING',
  'GENERAL_AWARENESS',
] as const;

/** What the log of looks may be read for (DPA 2018 s.62(4), (5)). */
export const LOG_PURPOSES = [
  'LAWFULNESS',
  'SELF_MONITORING',
  'DISCIPLINE',
  'INTEGRITY_SECURITY',
  'CRIMINAL_PROCEEDINGS',
  'COMMISSIONER',
] as const;

/** What the log of looks is read for. */
export type LogPurpose = (typeof LOG_PURPOSES)[number];

/** Uses of the log that the law does not name, by the words in which they are asked for. */
export const REFUSED_LOG_PURPOSES = ['PERFORMANCE', 'OFFICER_PERFORMANCE', 'WORKLOAD'] as const;
