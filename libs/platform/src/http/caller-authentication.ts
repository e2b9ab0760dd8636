import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { issuerAway, tokenNotAccepted } from '../identity/identity-problems.js';
import { IssuerAway } from '../identity/issuer-client.js';
import { TokenRefused } from '../identity/token-verifier.js';
import type { TokenVerifier } from '../identity/token-verifier.js';
import { callerFromPerson, callerFromSubject } from './caller.js';
import type { Caller, SubjectParts } from './caller.js';
import { ProblemError } from './problem.js';

/** What the peer of a connection has shown. */
interface Sender {
  /** SHA-256 of the certificate (DER), base64url. */
  readonly thumbprint: string;
  /** Who it is by a certificate of the stack's authority; `null` for any other. */
  readonly caller: Caller | null;
}

const senders = new WeakMap<Socket, Sender>();
const callers = new WeakMap<IncomingMessage, Caller>();
const BEARER = /^Bearer ([A-Za-z0-9._-]{1,8192})$/i;

/**
 * Finds out who makes a request: a person by the access token, bound to the certificate that the connection was made with; a
 * service or the operator by that certificate alone, when the stack's authority has signed it.
 */
export class CallerAuthentication {
  constructor(private readonly tokens: TokenVerifier) {}

  /**
   * @throws ProblemError 401 ACC-004 when there is nothing to go by, 401 ACC-007 for a token that is not accepted, 503 ACC-008
   *   when that cannot be found out
   */
  async identify(request: IncomingMessage): Promise<Caller> {
    const sender = senderOf(request.socket);
    const { authorization } = request.headers;
    const caller = authorization === undefined ? sender?.caller : await this.#holderOf(authorization, sender);
    if (!caller) throw notIdentified();
    callers.set(request, caller);
    return caller;
  }

  async #holderOf(authorization: string, sender: Sender | null): Promise<Caller> {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw tokenNotAccepted('malformed');
    if (sender === null) throw tokenNotAccepted('wrong-sender');
    try {
      return callerFromPerson(await this.tokens.verify(token, sender.thumbprint));
    } catch (error) {
      if (error instanceof TokenRefused) throw tokenNotAccepted(error.fault);
      if (error instanceof IssuerAway) throw issuerAway();
      throw error;
    }
  }
}

/**
 * The caller of a request that the guard has let in.
 *
 * @throws ProblemError 401 ACC-004 on a route that anyone may call
 */
export function callerOf(request: IncomingMessage): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw notIdentified();
  return caller;
}

/** Node reports a resumed TLS 1.3 session without a certificate as authorised, so that the certificate itself is asked for. */
function senderOf(socket: Socket): Sender | null {
  const known = senders.get(socket);
  if (known !== undefined || !(socket instanceof TLSSocket)) return known ?? null;
  // The types promise a certificate, but there is none when the peer sent none.
  const { raw, subject } = socket.getPeerCertificate() as { raw?: Buffer; subject?: SubjectParts };
  if (raw === undefined) return null;
  const sender = {
    thumbprint: createHash('sha256').update(raw).digest('base64url'),
    caller: socket.authorized && subject !== undefined ? callerFromSubject(subject) : null,
  };
  senders.set(socket, sender);
  return sender;
}

function notIdentified(): ProblemError {
  return new ProblemError({
    status: 401,
    code: 'ACC-004',
    title: 'Caller not identified',
    detail: 'The request carries neither a token nor a certificate of this stack.',
    remedy: 'Log in, e.g. with probity login; a service connects with its client certificate.',
  });
}
