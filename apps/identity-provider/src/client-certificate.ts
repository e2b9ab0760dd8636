import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { callerFromSubject } from '@probity/platform';
import type { Caller } from '@probity/platform';

/** The certificate that a connection was made with. */
export interface ClientCertificate {
  readonly pem: string;
  /** SHA-256 of its DER, base64url. */
  readonly thumbprint: string;
  /** The service or the operator that it names, when the stack's authority signed it. */
  readonly caller: Caller | null;
}

/** The certificate of a request's connection, `undefined` when there is none. */
export function certificateOf({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject } = socket.getPeerCertificate();
  return {
    pem: certificate.toString(),
    thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
    caller: socket.authorized ? callerFromSubject(subject) : null,
  };
}
