import type { BoroughCode } from '../borough.js';
import { refuse } from '../refusal.js';
import type { Refusal } from '../refusal.js';
import { LOG_PURPOSES, LOOK_PURPOSES, REFUSED_LOG_PURPOSES, REFUSED_PURPOSES } from './purposes.js';
import type { LogPurpose, LookPurpose } from './purposes.js';

/** The two lists, each with its own readers: no purpose of one shows that the other has anybody. */
export type ListFamily = 'matrix' | 'safeguarding';

/** Who looks. The roles are those of the tokens; a role that is not named here sees nobody. */
export interface Looker {
  readonly role: string;
  /** The borough that the role is held in; `null` for central roles. */
  readonly borough: string | null;
}

/** What somebody wants to look at, and why. */
export interface Look {
  readonly family: ListFamily;
  /** The borough that is asked for; `null` where none is named. */
  readonly borough: string | null;
  readonly purpose: string;
}

/** A look that may be taken: at these boroughs. */
export interface GrantedLook {
  readonly granted: true;
  readonly purpose: LookPurpose;
  /** The only borough that is shown; `null` for all. */
  readonly borough: BoroughCode | null;
}

const MATRIX: readonly LookPurpose[] = [
  'OFFENDER_MANAGEMENT',
  'VIOLENCE_REDUCTION_TASKING',
  'CUSTODY_SAFETY',
  'THREAT_TO_LIFE',
];
const SAFEGUARDING: readonly LookPurpose[] = ['SAFEGUARD_CHILD', 'SAFEGUARD_ADULT', 'THREAT_TO_LIFE'];

/** Which purposes each role may have on each list: this project's own defaults, to be owned by whoever deploys it. */
const RIGHTS: ReadonlyMap<string, Readonly<Partial<Record<ListFamily, readonly LookPurpose[]>>>> = new Map([
  ['borough-officer', { matrix: MATRIX }],
  ['borough-supervisor', { matrix: MATRIX }],
  ['central-team', { matrix: [...MATRIX, 'RIGHTS_REQUEST'] }],
  ['child-authority', { safeguarding: ['SAFEGUARD_CHILD', 'THREAT_TO_LIFE'] }],
  ['safeguarding-lead', { safeguarding: SAFEGUARDING }],
  [
    'data-protection-officer',
    { matrix: ['RIGHTS_REQUEST', 'AUDIT'], safeguarding: ['RIGHTS_REQUEST', 'AUDIT'] },
  ],
  ['auditor', { matrix: ['AUDIT'], safeguarding: ['AUDIT'] }],
]);

/** Who may read the log of looks. Whoever is looked into reads none of it. */
const LOG_READERS: ReadonlyMap<string, readonly LogPurpose[]> = new Map<string, readonly LogPurpose[]>([
  ['data-protection-officer', LOG_PURPOSES],
  ['auditor', ['LAWFULNESS', 'INTEGRITY_SECURITY', 'COMMISSIONER']],
]);

/**
 * Decides whether somebody may look, before anything is looked up.
 *
 * Refuses with PUR-001 for a purpose that is none, PUR-002 for one that is never permitted, ACC-003 for a list that is not the
 * role's, PUR-003 for a purpose that is not the role's, ACC-002 for another borough.
 */
export function decideLook(look: Look, looker: Looker): GrantedLook | Refusal {
  if (isOneOf(look.purpose, REFUSED_PURPOSES)) return refuse(['PUR-002']);
  if (!isOneOf(look.purpose, LOOK_PURPOSES)) return refuse(['PUR-001']);
  const permitted = RIGHTS.get(looker.role)?.[look.family];
  if (permitted === undefined) return refuse(['ACC-003']);
  if (!permitted.includes(look.purpose)) return refuse(['PUR-003']);
  const borough = look.borough ?? looker.borough;
  if (looker.borough !== null && borough !== looker.borough) return refuse(['ACC-002']);
  return { granted: true, purpose: look.purpose, borough: borough as BoroughCode | null };
}

/**
 * Decides whether somebody may read the log of looks (DPA 2018 s.62(4)).
 *
 * Refuses with PUR-001 for a purpose that is none, PUR-004 for what the log may never be used for, PUR-003 for a purpose that is
 * not the role's.
 */
export function decideLogUse(
  purpose: string,
  { role }: Looker,
): { readonly granted: true; readonly purpose: LogPurpose } | Refusal {
  if (
    isOneOf(purpose, REFUSED_LOG_PURPOSES) ||
    isOneOf(purpose, LOOK_PURPOSES) ||
    isOneOf(purpose, REFUSED_PURPOSES)
  )
    return refuse(['PUR-004']);
  if (!isOneOf(purpose, LOG_PURPOSES)) return refuse(['PUR-001']);
  if (LOG_READERS.get(role)?.includes(purpose) !== true) return refuse(['PUR-003']);
  return { granted: true, purpose };
}

function isOneOf<T extends string>(text: string, list: readonly T[]): text is T {
  return (list as readonly string[]).includes(text);
}
