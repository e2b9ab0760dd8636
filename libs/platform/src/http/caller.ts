import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ProblemError } from './problem.js';

/** What a certificate says its holder may act as. */
export const CALLER_ROLES = [
  'service',
  'borough-analyst',
  'borough-supervisor',
  'central-team',
  'operator',
] as const;

/** Role of a caller, the OU of its certificate. */
export type CallerRole = (typeof CALLER_ROLES)[number];

/** Who makes a request, by the certificate that the stack's own authority gave out. */
export interface Caller {
  /** CN, e.g. `analyst-E09000002` or `vault`. */
  name: string;
  role: CallerRole;
  /** GSS code of the borough that the person works for; `null` for services, the central team and the operator. */
  borough: string | null;
}

/** Parts of a certificate's subject as the TLS layer hands them out; a repeated part comes as an array. */
export type SubjectParts = Readonly<Partial<Record<'CN' | 'OU' | 'O', string | readonly string[]>>>;

const callers = new WeakMap<Socket, Caller>();
const NAME = /^[A-Za-z0-9-]{1,64}$/;
const BOROUGH = /^E\d{8}$/;

/**
 * Reads a caller from a certificate's subject.
 *
 * @returns `null` when a part is missing, repeated or not in its form, or when role and organisation do not go together
 */
export function callerFromSubject(subject: SubjectParts): Caller | null {
  const { CN: name, OU: unit, O: organisation } = subject;
  const role = CALLER_ROLES.find((known) => known === unit);
  if (typeof name !== 'string' || !NAME.test(name) || role === undefined) return null;
  if (role === 'borough-analyst' || role === 'borough-supervisor') {
    return typeof organisation === 'string' && BOROUGH.test(organisation)
      ? { name, role, borough: organisation }
      : null;
  }
  return organisation === 'central' ? { name, role, borough: null } : null;
}

/**
 * The caller of a request.
 *
 * Node reports a resumed TLS 1.3 session without a certificate as authorised, so a readable subject is asked for too.
 *
 * @throws ProblemError 401 ACC-004 without a certificate that the stack's authority signed
 */
export function callerOf(request: IncomingMessage): Caller {
  const { socket } = request;
  const known = callers.get(socket);
  if (known !== undefined) return known;
  const caller = socket instanceof TLSSocket && socket.authorized ? callerFromSocket(socket) : null;
  if (caller === null) throw notIdentified();
  callers.set(socket, caller);
  return caller;
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

function callerFromSocket(socket: TLSSocket): Caller | null {
  // The types promise a certificate, but there is none when the peer sent none.
  const certificate = socket.getPeerCertificate() as { subject?: SubjectParts } | null;
  return certificate?.subject === undefined ? null : callerFromSubject(certificate.subject);
}

function notIdentified(): ProblemError {
  return new ProblemError({
    status: 401,
    code: 'ACC-004',
    title: 'Caller not identified',
    detail: 'The connection carries no certificate of this stack.',
    remedy: 'Connect with a client certificate that the authority of this stack has signed.',
  });
}
