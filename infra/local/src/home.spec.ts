import { createHash, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackHome } from './home.js';
import type { WriterEntry } from './keys.js';
import { ensurePasswords } from './keys.js';
import { readManifest } from './manifest.js';
import { prepareHome } from './servers.js';

describe('a new home', () => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-home-'));
  const home = new StackHome(folder);
  const manifest = { ...readManifest(), boroughs: ['E09000012', 'E09000013'] };
  const now = new Date('2026-03-02T12:00:00Z');
  const read = (...path: string[]): string => readFileSync(home.path(...path), 'utf8');
  const mode = (...path: string[]): number => statSync(home.path(...path)).mode & 0o777;

  beforeAll(async () => {
    await prepareHome(home, manifest, now);
    ensurePasswords(home, 'kafka', ['governance']);
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is stamped synthetic and stands at the first instant', () => {
    expect(home.readStamp()).toMatchObject({ synthetic: true, createdAt: '2026-03-02T12:00:00.000Z' });
    expect(JSON.parse(read('clock.json'))).toEqual({ now: '2026-11-01T09:00:00.000Z' });
  });

  it('shows keys and passwords to its owner alone', () => {
    expect([mode('secrets'), mode('keys'), mode('keys', 'kek'), mode('spool')]).toEqual([
      0o700, 0o700, 0o700, 0o700,
    ]);
    const files = [
      ['secrets', 'kafka.json'],
      ['keys', 'writers', 'E09000012.key.pem'],
      ['tls', 'people', 'operator.key.pem'],
    ];
    expect(files.map((file) => mode(...file))).toEqual([0o600, 0o600, 0o600]);
  });

  it('says in each certificate who the holder is and what the holder may act as', () => {
    const authority = new X509Certificate(read('tls', 'ca.pem'));
    const operator = new X509Certificate(read('tls', 'people', 'operator.crt.pem'));
    expect(operator.verify(authority.publicKey)).toBe(true);
    expect(operator.subject.split('\n').sort()).toEqual(['CN=operator', 'O=central', 'OU=operator']);
    expect(operator.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(operator.ca).toBe(false);
    expect(readdirSync(home.path('tls', 'people'))).toHaveLength(2);
    const vault = new X509Certificate(read('tls', 'services', 'vault.crt.pem'));
    expect(vault.subject.split('\n').sort()).toEqual(['CN=vault', 'O=central', 'OU=service']);
  });

  it('lists each writer by the digest of its public key, with the topics that it may sign for', () => {
    const writers = JSON.parse(read('keys', 'writers.json')) as Record<string, WriterEntry>;
    expect(
      Object.values(writers)
        .map(({ writer }) => writer)
        .sort(),
    ).toEqual(['E09000012', 'E09000013', 'governance', 'retention-worker', 'vault']);
    const [keyId, entry] = Object.entries(writers).find(([, { writer }]) => writer === 'E09000012') ?? [];
    expect(entry?.topics).toEqual(['matrix.E09000012', 'safeguarding.E09000012', 'access']);
    const raw = Buffer.from(entry?.publicKey ?? '', 'base64');
    expect(keyId).toBe(createHash('sha256').update(raw).digest('hex').slice(0, 16));
    const signature = sign(null, Buffer.from('root'), read('keys', 'writers', 'E09000012.key.pem'));
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, Buffer.from('root'), key, signature)).toBe(true);
  });

  it('is left as it is by a second start', async () => {
    const before = [
      read('stack.json'),
      read('tls', 'ca.pem'),
      read('keys', 'writers.json'),
      read('secrets', 'kafka.json'),
    ];
    await prepareHome(home, manifest, new Date('2026-04-01T12:00:00Z'));
    ensurePasswords(home, 'kafka', ['governance']);
    expect([
      read('stack.json'),
      read('tls', 'ca.pem'),
      read('keys', 'writers.json'),
      read('secrets', 'kafka.json'),
    ]).toEqual(before);
  });
});
