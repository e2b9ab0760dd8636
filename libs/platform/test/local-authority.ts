import { randomBytes, webcrypto } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { TlsMaterial } from '../src/config/stack-config.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** An authority that signs certificates for one test file. */
export class LocalAuthority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly certificate: x509.X509Certificate,
  ) {}

  static async create(): Promise<LocalAuthority> {
    x509.cryptoProvider.set(webcrypto as never);
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: 'CN=Test authority',
      ...validity(),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return new LocalAuthority(keys, certificate);
  }

  /** A certificate with the given subject, e.g. `CN=central-1,OU=central-team,O=central`. */
  async issue(subject: string): Promise<TlsMaterial> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: this.certificate.subject,
      ...validity(),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
      ],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      ca: this.ca,
      cert: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    };
  }

  get ca(): string {
    return this.certificate.toString('pem');
  }
}

/** A home of a synthetic store with the certificate of one service. */
export async function makeHome(
  authority: LocalAuthority,
  service: string,
): Promise<{ home: string; remove(): void }> {
  const home = mkdtempSync(join(tmpdir(), 'probity-platform-'));
  const tls = await authority.issue(`CN=${service},OU=service,O=central`);
  mkdirSync(join(home, 'tls', 'services'), { recursive: true });
  writeFileSync(join(home, 'tls', 'ca.pem'), authority.ca);
  writeFileSync(join(home, 'tls', 'services', `${service}.crt.pem`), tls.cert);
  writeFileSync(join(home, 'tls', 'services', `${service}.key.pem`), tls.key);
  writeFileSync(join(home, 'stack.json'), JSON.stringify({ storeId: 'test-store', synthetic: true }));
  writeFileSync(join(home, 'clock.json'), JSON.stringify({ now: '2026-11-01T09:00:00.000Z' }));
  return {
    home,
    remove: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function serial(): string {
  return `40${randomBytes(15).toString('hex')}`;
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = new Date().getTime();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 86_400_000) };
}
