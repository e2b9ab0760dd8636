import type { SealedGroup } from '@probity/events';
import { expand, extract, firstBlockInfo, hkdf, KEY_BYTES } from './hkdf.js';
import { zeroise } from './zeroise.js';

const SUBKEY_BLOCKS: Readonly<Record<SealedGroup, Buffer>> = {
  identity: firstBlockInfo('probity/subkey/v1/identity'),
  case: firstBlockInfo('probity/subkey/v1/case'),
  equality: firstBlockInfo('probity/subkey/v1/equality'),
};
const COMMIT_BLOCK = firstBlockInfo('probity/commit/v1');

/** The three subkeys of one data key. Whoever holds one learns nothing about the others. */
export type Subkeys = Readonly<Record<SealedGroup, Buffer>>;

/**
 * The subkey of one sealed group: HKDF-SHA-256 of the data key, no salt, info `probity/subkey/v1/<group>`, 32 bytes.
 *
 * @throws RangeError when the data key is not 32 bytes long.
 */
export function deriveSubkey(dek: Uint8Array, group: SealedGroup): Buffer {
  requireKey(dek);
  return hkdf(dek, SUBKEY_BLOCKS[group]);
}

/** All three subkeys at once, for a third less work than one by one. @throws RangeError as {@link deriveSubkey}. */
export function deriveSubkeys(dek: Uint8Array): Subkeys {
  requireKey(dek);
  const pseudorandomKey = extract(dek);
  const subkeys = {
    identity: expand(pseudorandomKey, SUBKEY_BLOCKS.identity),
    case: expand(pseudorandomKey, SUBKEY_BLOCKS.case),
    equality: expand(pseudorandomKey, SUBKEY_BLOCKS.equality),
  };
  zeroise(pseudorandomKey);
  return subkeys;
}

/**
 * Commitment to a subkey: HKDF-SHA-256, info `probity/commit/v1`, 32 bytes.
 *
 * AES-GCM does not commit to its key: whoever may choose keys can make one ciphertext that opens under two of them. The
 * commitment in the envelope pins the one key, and tells nothing about it once the key is destroyed.
 *
 * @throws RangeError when the subkey is not 32 bytes long.
 */
export function commitmentOf(subkey: Uint8Array): Buffer {
  requireKey(subkey);
  return hkdf(subkey, COMMIT_BLOCK);
}

/**
 * The row key of a borough: HKDF-SHA-256 of a pepper, no salt, info = the GSS code, 32 bytes.
 *
 * @throws RangeError when the pepper is not 32 bytes long or the code is not a London borough's.
 */
export function deriveIndexKey(pepper: Uint8Array, borough: string): Buffer {
  requireKey(pepper);
  if (!/^E09\d{6}$/.test(borough)) throw new RangeError('an index key belongs to a borough by its GSS code');
  return hkdf(pepper, firstBlockInfo(borough));
}

function requireKey(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${String(KEY_BYTES)} bytes`);
}
