import { createHash, createHmac } from 'node:crypto';
import type { ListFields } from '@probity/testing';

/** Columns of a list that say who somebody is, or what is said of them. */
const PERSONAL =
  /^(local_ref|family_name|given_name|date_of_birth|home_address|pnc_id|nickname|ev[123]_(ref|origin))$/;
const HASHES = ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256', 'blake2s256'] as const;
/** Separators with which references and names are joined before they are hashed. */
const JOINTS = ['', ' ', ',', ':', '/', '|', '-', '\0'];

/** What a thief guesses of the people of a list: every personal value, and names and references as they are joined. */
export function guesses(rows: readonly ListFields[], borough: string): Set<string> {
  const guessed = new Set<string>();
  for (const fields of rows) {
    for (const [column, value] of Object.entries(fields))
      if (PERSONAL.test(column) && value) guessed.add(value);
    const {
      family_name: family = '',
      given_name: given = '',
      date_of_birth: born = '',
      local_ref: ref = '',
    } = fields;
    for (const joint of JOINTS) {
      guessed.add([given, family].join(joint)).add([family, given].join(joint));
      guessed.add([family, given, born].join(joint)).add([borough, ref].join(joint));
    }
  }
  return guessed;
}

/** Spellings of a guess. */
export function spellingsOf(guess: string): string[] {
  return [...new Set([guess, guess.toLowerCase(), guess.toUpperCase()])];
}

/** Digests of a guess by every hash, and by HMAC under each key. */
export function* digestsOf(
  guess: string,
  keys: readonly (string | Buffer)[],
): Generator<[how: string, digest: Buffer]> {
  for (const spelling of spellingsOf(guess)) {
    for (const hash of HASHES) yield [hash, createHash(hash).update(spelling).digest()];
    for (const [index, key] of keys.entries()) {
      yield [`hmac under key ${String(index)}`, createHmac('sha256', key).update(spelling).digest()];
    }
  }
}
