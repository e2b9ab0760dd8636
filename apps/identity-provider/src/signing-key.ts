import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StackConfig } from '@probity/platform';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';

/** Signature of every token (RFC 7518, 3.4). */
export const SIGNING_ALGORITHM = 'ES256';

/** The provider's own signing key, made at the first start and kept where nobody else reads it. */
export async function signingKey({ home }: Pick<StackConfig, 'home'>): Promise<JWK> {
  const path = join(home, 'keys', 'identity', 'signing.jwk.json');
  if (!existsSync(path)) {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const key = await exportJWK(privateKey);
    const jwk = { ...key, kid: await calculateJwkThumbprint(key), alg: SIGNING_ALGORITHM, use: 'sig' };
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(jwk), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as JWK;
}
