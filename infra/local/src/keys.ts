import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeSecret, writeWhole, type StackHome } from './home.js';

/** A public key that may sign batches of events, and the topics on which its signature counts. */
export interface WriterEntry {
  writer: string;
  /** Raw Ed25519 public key, 32 bytes, base64 (RFC 8032). */
  publicKey: string;
  topics: string[];
}

/**
 * Writers and the topics that each may sign for: a borough its own two and `access`; governance its own; the vault what it logs;
 * the retention worker every list, because a record ends in its own stream.
 */
function writerTopics(boroughs: readonly string[]): Map<string, string[]> {
  const topics = new Map<string, string[]>();
  for (const code of boroughs) topics.set(code, [`matrix.${code}`, `safeguarding.${code}`, 'access']);
  topics.set('governance', ['oversight', 'sharing', 'access', 'looks']);
  topics.set('vault', ['looks']);
  topics.set(
    'retention-worker',
    boroughs.flatMap((code) => [`matrix.${code}`, `safeguarding.${code}`]),
  );
  return topics;
}

/** Makes a signing key for each writer that has none, and names all of them in `keys/writers.json`. */
export function ensureWriterKeys(home: StackHome, boroughs: readonly string[]): void {
  const registry = home.path('keys', 'writers.json');
  const entries = existsSync(registry)
    ? (JSON.parse(readFileSync(registry, 'utf8')) as Record<string, WriterEntry>)
    : {};
  const known = new Set(Object.values(entries).map(({ writer }) => writer));
  for (const [writer, topics] of writerTopics(boroughs)) {
    if (known.has(writer)) continue;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeSecret(home.path('keys', 'writers', `${writer}.key.pem`), pem);
    const raw = rawPublicKey(publicKey);
    const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
    entries[keyId] = { writer, publicKey: raw.toString('base64'), topics };
  }
  writeWhole(registry, `${JSON.stringify(entries, null, 2)}\n`);
}

/** Processes that check what they have found whole before, under a digest that nobody without the key can make. */
const CHECKERS = ['audit-ledger', 'projector-matrix', 'projector-safeguarding'];

/** Makes a check key of 256 random bits for each process that checks, where it is missing. */
export function ensureCheckKeys(home: StackHome): void {
  for (const name of CHECKERS) {
    const path = home.path('keys', 'checks', `${name}.key`);
    if (!existsSync(path)) writeSecret(path, `${randomBytes(32).toString('hex')}\n`);
  }
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

/**
 * A password for each name, kept in `secrets/<file>.json`; new names get a random one of 192 bits, known ones keep theirs.
 *
 * @returns name to password
 */
export function ensurePasswords(
  home: StackHome,
  file: 'postgres' | 'kafka',
  names: readonly string[],
): Map<string, string> {
  const path = home.path('secrets', `${file}.json`);
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
  const passwords = new Map(Object.entries(known));
  for (const name of names) {
    if (!passwords.has(name)) passwords.set(name, randomBytes(24).toString('base64url'));
  }
  writeSecret(path, `${JSON.stringify(Object.fromEntries(passwords), null, 2)}\n`);
  return passwords;
}
