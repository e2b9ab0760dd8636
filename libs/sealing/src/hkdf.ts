import { createHmac } from 'node:crypto';
import { zeroise } from './zeroise.js';

/** Bytes of every key, subkey, pepper and commitment of this project. */
export const KEY_BYTES = 32;

// HKDF without a salt extracts under HashLen zero bytes (RFC 5869 section 2.2).
const NO_SALT = Buffer.alloc(KEY_BYTES);

/** `info` of an expansion with the counter byte of the first, and here only, output block behind it. */
export function firstBlockInfo(info: string): Buffer {
  return Buffer.from(`${info}\u0001`, 'utf8');
}

/** HKDF-Extract with SHA-256 and no salt: 32 bytes, to be zeroised by the caller. @see RFC 5869 section 2.2 */
export function extract(secret: Uint8Array): Buffer {
  return createHmac('sha256', NO_SALT).update(secret).digest();
}

/** HKDF-Expand with SHA-256 to exactly 32 bytes; `block` comes from {@link firstBlockInfo}. @see RFC 5869 section 2.3 */
export function expand(pseudorandomKey: Uint8Array, block: Uint8Array): Buffer {
  return createHmac('sha256', pseudorandomKey).update(block).digest();
}

/**
 * HKDF-SHA-256 of a secret to 32 bytes, without salt.
 *
 * Written over HMAC because `hkdfSync` of Node takes more than twice as long for one block; a test compares the two.
 */
export function hkdf(secret: Uint8Array, block: Uint8Array): Buffer {
  const pseudorandomKey = extract(secret);
  const key = expand(pseudorandomKey, block);
  zeroise(pseudorandomKey);
  return key;
}
