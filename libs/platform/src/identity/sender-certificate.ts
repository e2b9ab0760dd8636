import { createHash, randomBytes, webcrypto } from 'node:crypto';

/** EC P-256 (NIST FIPS 186-5). */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;
const LIFETIME_MS = 90 * 24 * HOUR_MS;

/** A certificate that a client proves itself the sender with. It says nothing of who the client is (RFC 8705, 2.2). */
export interface SenderCertificate {
  /** PEM. */
  readonly cert: string;
  /** PKCS#8 PEM. */
  readonly key: string;
  /** SHA-256 of the certificate (DER), base64url: what a token bound to it names. */
  readonly thumbprint: string;
}

/**
 * Makes a key and a self-signed certificate around it, good for 90 days.
 *
 * @param now milliseconds since the epoch
 */
export async function makeSenderCertificate(now: number): Promise<SenderCertificate> {
  // Loaded when it is needed: it takes longer than all else that a process loads, and services make no certificates.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `40${randomBytes(15).toString('hex')}`,
    name: 'CN=sender',
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + LIFETIME_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    thumbprint: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('base64url'),
  };
}
