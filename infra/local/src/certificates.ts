import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as x509 from '@peculiar/x509';
import { writeSecret, writeWhole, type StackHome } from './home.js';

/** EC P-256: every certificate of the stack is signed with it (NIST FIPS 186-5). */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 825;

/** Parts of a certificate's subject. */
export interface Subject {
  /** CN: the service, or the operator. */
  name: string;
  /** OU: what it may act as. */
  role: 'service' | 'operator';
  /** O. */
  organisation: 'central';
  /** Where under `tls/` it is kept. */
  folder: 'services' | 'people';
}

const SERVICES = [
  'borough-ingest',
  'governance',
  'retention-worker',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
  'identity',
  'kafka',
  'kafka-admin',
  'postgres',
];

/** Everybody who gets a certificate: the services and the operator. People log in instead. */
const SUBJECTS: readonly Subject[] = [
  ...SERVICES.map((name): Subject => ({
    name,
    role: 'service',
    organisation: 'central',
    folder: 'services',
  })),
  { name: 'operator', role: 'operator', organisation: 'central', folder: 'people' },
];

/**
 * Makes the certificate authority and a certificate for everybody, unless a home already has good ones.
 *
 * The authority's private key is dropped at the end: nobody can add a person to a store afterwards.
 */
export async function ensureCertificates(home: StackHome, now: Date): Promise<void> {
  if (isFresh(home.caFile, now)) return;
  const authority = await makeAuthority(now);
  for (const subject of SUBJECTS) {
    const { certificate, key } = await issue(authority, subject, now);
    const stem = home.path('tls', subject.folder, subject.name);
    writeWhole(`${stem}.crt.pem`, certificate);
    writeSecret(`${stem}.key.pem`, key);
  }
  // Written last: its presence says that the set is complete.
  writeWhole(home.caFile, authority.certificate.toString('pem'));
}

function isFresh(caFile: string, now: Date): boolean {
  if (!existsSync(caFile)) return false;
  return Date.parse(new NodeCertificate(readFileSync(caFile)).validTo) > now.getTime() + DAY_MS;
}

interface Authority {
  certificate: x509.X509Certificate;
  keys: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

function validity(now: Date): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + LIFETIME_DAYS * DAY_MS),
  };
}

/** Positive, 16 bytes (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function makeKeys(): Promise<CryptoKeyPair> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function makeAuthority(now: Date): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Probity local authority,O=central',
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function issue(
  authority: Authority,
  subject: Subject,
  now: Date,
): Promise<{ certificate: string; key: string }> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${subject.name},OU=${subject.role},O=${subject.organisation}`,
    issuer: authority.certificate.subject,
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  const key = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: `${certificate.toString('pem')}\n`, key };
}
