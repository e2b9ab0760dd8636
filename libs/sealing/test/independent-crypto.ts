import { createCipheriv, createHash } from 'node:crypto';

/*
 * A second way to every number of the seal, sharing nothing with the product but SHA-256 and the AES block: HMAC and
 * HKDF by their definitions (RFC 2104, RFC 5869), GCM by NIST SP 800-38D with GHASH over big integers. Slow on purpose.
 */

const ZERO_BLOCK = Buffer.alloc(16);
const REDUCTION = 0xe1n << 120n;

function hmacSha256(key: Uint8Array, message: Uint8Array): Buffer {
  const block = Buffer.alloc(64);
  block.set(key);
  const inner = createHash('sha256')
    .update(block.map((byte) => byte ^ 0x36))
    .update(message)
    .digest();
  return createHash('sha256')
    .update(block.map((byte) => byte ^ 0x5c))
    .update(inner)
    .digest();
}

export function hkdfSha256(secret: Uint8Array, info: string): Buffer {
  const pseudorandomKey = hmacSha256(Buffer.alloc(32), secret);
  return hmacSha256(pseudorandomKey, Buffer.concat([Buffer.from(info, 'utf8'), Buffer.from([1])]));
}

/** Product in GF(2^128), most significant bit first as GCM writes it. */
export function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if ((left >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ REDUCTION : shifted >> 1n;
  }
  return product;
}

/** Inverse by Fermat: x^(2^128 - 2). */
export function invert(value: bigint): bigint {
  let result = 1n << 127n;
  let square = value;
  for (let step = 1; step < 128; step += 1) {
    square = multiply(square, square);
    result = multiply(result, square);
  }
  return result;
}

export function power(value: bigint, exponent: number): bigint {
  let result = 1n << 127n;
  for (let step = 0; step < exponent; step += 1) result = multiply(result, value);
  return result;
}

export function toField(block: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(block).toString('hex')}`);
}

export function fromField(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
}

export function aesBlock(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

export function hashKey(key: Uint8Array): bigint {
  return toField(aesBlock(key, ZERO_BLOCK));
}

/** Block of the counter that GCM makes from a 96-bit nonce; `counter` is 1 for the tag and 2 for the first block of text. */
export function counterBlock(nonce: Uint8Array, counter: number): Buffer {
  const block = Buffer.alloc(16);
  block.set(nonce);
  block.writeUInt32BE(counter, 12);
  return block;
}

/** The blocks that GHASH runs over: AAD and ciphertext, each padded with zeros, then both lengths in bits. */
export function hashedBlocks(aad: Uint8Array, ciphertext: Uint8Array): bigint[] {
  const lengths = Buffer.alloc(16);
  lengths.writeBigUInt64BE(BigInt(aad.length) * 8n, 0);
  lengths.writeBigUInt64BE(BigInt(ciphertext.length) * 8n, 8);
  const all = Buffer.concat([toBlocks(aad), toBlocks(ciphertext), lengths]);
  return Array.from({ length: all.length / 16 }, (_, index) =>
    toField(all.subarray(index * 16, index * 16 + 16)),
  );
}

export function gcmTag(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Buffer {
  const h = hashKey(key);
  const hash = hashedBlocks(aad, ciphertext).reduce((sum, block) => multiply(sum ^ block, h), 0n);
  return fromField(hash ^ toField(aesBlock(key, counterBlock(nonce, 1))));
}

export function counterMode(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Buffer {
  const result = Buffer.from(text);
  for (let at = 0; at < text.length; at += 16) {
    const stream = aesBlock(key, counterBlock(nonce, 2 + at / 16));
    for (let index = at; index < Math.min(at + 16, text.length); index += 1) {
      result[index] = (result[index] ?? 0) ^ (stream[index - at] ?? 0);
    }
  }
  return result;
}

function toBlocks(bytes: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16);
  padded.set(bytes);
  return padded;
}
