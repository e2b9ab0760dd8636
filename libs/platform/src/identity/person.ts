import type { JWTPayload } from 'jose';

/** What a person may act as; one role a token. */
export const PERSON_ROLES = [
  'borough-officer',
  'borough-supervisor',
  'child-authority',
  'central-team',
  'safeguarding-lead',
  'partner-user',
  'partner-administrator',
  'data-protection-officer',
  'auditor',
  'equality-analyst',
] as const;

/** Role of a person, the claim `role` of their token. */
export type PersonRole = (typeof PERSON_ROLES)[number];

/** Roles that are held in one borough: their tokens name it, and no other role's may. */
export const BOROUGH_ROLES: readonly PersonRole[] = [
  'borough-officer',
  'borough-supervisor',
  'child-authority',
];

/** Who a token says its holder is. */
export interface Person {
  /** Staff id, e.g. `STAFF-0012`; never a name. */
  readonly staffId: string;
  readonly role: PersonRole;
  /** GSS code for {@link BOROUGH_ROLES}, `null` for everyone else. */
  readonly borough: string | null;
  /** `central`, `borough:<GSS code>` or `partner:<id>`. */
  readonly organisation: string;
  /** Session at the identity provider. */
  readonly session: string;
}

const STAFF_ID = /^[A-Za-z0-9-]{1,64}$/;
const ORGANISATION = /^(central|borough:E\d{8}|partner:[a-z0-9-]{1,64})$/;
const BOROUGH = /^E\d{8}$/;

/**
 * Reads a person from the claims of a verified token.
 *
 * @returns `null` when a claim is missing or not in its form, or when role, borough and organisation do not go together
 */
export function personFromClaims(claims: JWTPayload): Person | null {
  const { sub: staffId, sid: session, role: roleName, borough = null, org: organisation } = claims;
  const role = PERSON_ROLES.find((known) => known === roleName);
  if (role === undefined || !matches(staffId, STAFF_ID) || !matches(organisation, ORGANISATION)) return null;
  if (typeof session !== 'string' || session === '' || session.length > 128) return null;
  if (!BOROUGH_ROLES.includes(role))
    return borough === null ? { staffId, role, borough, organisation, session } : null;
  if (!matches(borough, BOROUGH) || organisation !== `borough:${borough}`) return null;
  return { staffId, role, borough, organisation, session };
}

function matches(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}
