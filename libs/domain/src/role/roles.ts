/** Roles in which a person may be listed (DPA 2018 s.38(3)). */
export const ROLES = ['SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER', 'VICTIM', 'AT_RISK'] as const;

/** A role of the central list, banded by harm. */
export type HarmRole = 'SUSPECTED_OFFENDER' | 'CONVICTED_OFFENDER';
/** A role of the safeguarding register, never scored. */
export type SafeguardingRole = 'VICTIM' | 'AT_RISK';
/** Any role that can be held. */
export type Role = HarmRole | SafeguardingRole;

/** The role in words, as it is always shown: never by colour alone. */
export function roleLabelOf(role: Role): string {
  switch (role) {
    case 'SUSPECTED_OFFENDER':
      return 'Suspected — not convicted';
    case 'CONVICTED_OFFENDER':
      return 'Convicted';
    case 'VICTIM':
      return 'Victim';
    case 'AT_RISK':
      return 'At risk of becoming a victim';
  }
}
