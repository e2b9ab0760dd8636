import { refuse } from '../refusal.js';
import type { Refusal } from '../refusal.js';
import type { SafeguardingRole } from './roles.js';

/** Which list a person type leads to. A harm role is then told from the evidence. */
export type RoleFamily =
  { readonly family: 'harm' } | { readonly family: 'safeguarding'; readonly role: SafeguardingRole };

/**
 * The list that a person type leads to, compared letter for letter. Refuses with ROLE-004 for an associate, ROLE-003
 * for a witness, and ROLE-001 for anything else, so that nobody is listed without a role.
 */
export function roleFamilyOf(personType: string): RoleFamily | Refusal {
  switch (personType) {
    case 'Nominal':
      return { family: 'harm' };
    case 'Victim':
      return { family: 'safeguarding', role: 'VICTIM' };
    case 'At risk':
      return { family: 'safeguarding', role: 'AT_RISK' };
    case 'Associate':
      return refuse(['ROLE-004']);
    case 'Witness':
      return refuse(['ROLE-003']);
    default:
      return refuse(['ROLE-001']);
  }
}
