import type { Person, PersonRole } from '../identity/person.js';
import { ProblemError } from './problem.js';

/** What a certificate of the stack's own authority says its holder may act as. People carry tokens instead. */
const CERTIFICATE_ROLES = ['service', 'operator'] as const;

/** Role of a caller: the OU of a certificate, or the role of a person's token. */
export type CallerRole = (typeof CERTIFICATE_ROLES)[number] | PersonRole;

/** Who makes a request. */
export interface Caller {
  /** CN of a certificate, e.g. `vault`, or the staff id of a person. */
  name: string;
  role: CallerRole;
  /** GSS code of the borough that the person works for; `null` for services, the operator and central people. */
  borough: string | null;
  /** `central`, `borough:<GSS code>` or `partner:<id>`. */
  organisation: string;
  /** A person's session at the identity provider; `null` for a certificate. */
  session: string | null;
}

/** Parts of a certificate's subject as the TLS layer hands them out; a repeated part comes as an array. */
export type SubjectParts = Readonly<Partial<Record<'CN' | 'OU' | 'O', string | readonly string[]>>>;

const NAME = /^[A-Za-z0-9-]{1,64}$/;

/**
 * Reads a service or the operator from a certificate's subject.
 *
 * @returns `null` when a part is missing, repeated or not in its form, or when role and organisation do not go together
 */
export function callerFromSubject(subject: SubjectParts): Caller | null {
  const { CN: name, OU: unit, O: organisation } = subject;
  const role = CERTIFICATE_ROLES.find((known) => known === unit);
  if (typeof name !== 'string' || !NAME.test(name) || role === undefined || organisation !== 'central')
    return null;
  return { name, role, borough: null, organisation, session: null };
}

/** The caller that a person's token names. */
export function callerFromPerson({ staffId, role, borough, organisation, session }: Person): Caller {
  return { name: staffId, role, borough, organisation, session };
}

/**
 * Refuses borough people anything of another borough; services and central roles pass.
 *
 * @param borough GSS code of the list that the request is about
 * @throws ProblemError 403 ACC-002
 */
export function requireBorough(caller: Caller, borough: string): void {
  if (caller.borough === null || caller.borough === borough) return;
  throw new ProblemError({
    status: 403,
    code: 'ACC-002',
    title: 'Another borough',
    detail: 'Borough staff see and change only the list of their own borough.',
    rule: 'R-85',
    remedy: 'Ask the borough that holds the list, or the central team.',
  });
}
