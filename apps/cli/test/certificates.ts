import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { TlsMaterial } from '@probity/platform';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALIDITY = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2099-01-01T00:00:00Z') };

/** Certificates of one made-up authority by common name; `server` may stand on 127.0.0.1. */
export async function issueCertificates(names: readonly string[]): Promise<Map<string, TlsMaterial>> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const authorityKeys = await makeKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...VALIDITY,
    serialNumber: '01',
    name: 'CN=Test authority',
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const issued = new Map<string, TlsMaterial>();
  for (const [index, name] of names.entries()) {
    const keys = await makeKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...VALIDITY,
      serialNumber: (index + 2).toString(16).padStart(2, '0'),
      subject: `CN=${name}`,
      issuer: authority.subject,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    issued.set(name, {
      ca: authority.toString('pem'),
      cert: certificate.toString('pem'),
      key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    });
  }
  return issued;
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
