import {
  aesBlock,
  counterBlock,
  counterMode,
  fromField,
  gcmTag,
  hashedBlocks,
  hashKey,
  invert,
  multiply,
  power,
  toField,
} from './independent-crypto.js';

/**
 * A ciphertext with one tag that AES-GCM accepts under two keys, to another text under each ("invisible salamanders":
 * Dodis, Grubbs, Ristenpart, Woodage 2018, doi:10.1007/978-3-319-96884-1_6).
 *
 * Under the first key it is `text` but for its last block of 16 bytes, which is solved so that both tags agree; under the
 * second key it is whatever the second counter stream makes of it.
 */
export function twoKeyCiphertext(
  keys: readonly [Uint8Array, Uint8Array],
  text: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
): Buffer {
  const [first, second] = keys;
  const ciphertext = counterMode(first, nonce, text);
  const last = ciphertext.length - 16;
  ciphertext.fill(0, last);
  const difference =
    ghash(first, aad, ciphertext) ^ ghash(second, aad, ciphertext) ^ mask(first, nonce) ^ mask(second, nonce);
  // The last block of text is the last but one that GHASH takes in, so it is multiplied by H twice.
  const weight = power(hashKey(first), 2) ^ power(hashKey(second), 2);
  ciphertext.set(fromField(multiply(difference, invert(weight))), last);
  return Buffer.concat([ciphertext, gcmTag(first, nonce, aad, ciphertext)]);
}

function ghash(key: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): bigint {
  const h = hashKey(key);
  return hashedBlocks(aad, ciphertext).reduce((sum, block) => multiply(sum ^ block, h), 0n);
}

function mask(key: Uint8Array, nonce: Uint8Array): bigint {
  return toField(aesBlock(key, counterBlock(nonce, 1)));
}
