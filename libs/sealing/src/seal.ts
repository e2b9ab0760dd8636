import { createCipheriv, createDecipheriv, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { Envelope, SealedGroup } from '@probity/events';
import type { SealContext } from './aad.js';
import { aadBytes } from './aad.js';
import { BUCKET_BYTES, pad, unpad } from './padding.js';
import { commitmentOf } from './subkey.js';
import { zeroise } from './zeroise.js';

/** A sealed group did not open. The message says which check failed and never quotes content, keys or ids. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_TEXT = 16;
const COMMITMENT_FORM = /^[A-Za-z0-9_-]{43}$/;
const NONCES_PER_FILL = 512;

const nonces = Buffer.alloc(NONCES_PER_FILL * NONCE_BYTES);
let nextNonce = nonces.length;

/**
 * Seal one group of an event under its subkey: AES-256-GCM with a random 96-bit nonce over the padded plaintext, bound
 * to the context, with a commitment to the subkey. The plaintext stays the caller's to zeroise.
 *
 * The members of the envelope stand in sorted order: `JSON.stringify` of it is its canonical JSON.
 *
 * @throws RangeError when the subkey is not 32 bytes or the plaintext is longer than 512 KiB.
 */
export function seal(
  subkey: Uint8Array,
  group: SealedGroup,
  context: SealContext,
  plaintext: Uint8Array,
): Envelope {
  return sealWithNonce(takeNonce(), subkey, group, context, plaintext);
}

/** {@link seal} with a given nonce, for golden vectors alone: two uses of a nonce under one key betray both texts. */
export function sealWithNonce(
  nonce: Uint8Array,
  subkey: Uint8Array,
  group: SealedGroup,
  context: SealContext,
  plaintext: Uint8Array,
): Envelope {
  const commitment = commitmentOf(subkey);
  const padded = pad(plaintext);
  const cipher = createCipheriv(CIPHER, subkey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aadBytes(group, context));
  const ciphertext = cipher.update(padded);
  cipher.final();
  zeroise(padded);
  return {
    ct: Buffer.concat([ciphertext, cipher.getAuthTag()]).toString('base64url'),
    iv: Buffer.from(nonce.buffer, nonce.byteOffset, NONCE_BYTES).toString('base64url'),
    kc: commitment.toString('base64url'),
    kv: context.dekVersion,
    v: 1,
  };
}

/**
 * Open one group of an event. The commitment is compared before anything is decrypted.
 *
 * @returns the plaintext, to be zeroised by the caller.
 * @throws UnsealError when the key, the context or any part of the envelope is not the one it was sealed with.
 * @throws RangeError when the subkey is not 32 bytes.
 */
export function open(
  subkey: Uint8Array,
  group: SealedGroup,
  context: SealContext,
  envelope: Envelope,
): Buffer {
  requireForm(envelope, context);
  const commitment = commitmentOf(subkey).toString('base64url');
  if (!timingSafeEqual(Buffer.from(commitment, 'latin1'), Buffer.from(envelope.kc, 'latin1'))) {
    throw new UnsealError('the envelope is committed to another key');
  }
  const padded = decrypt(subkey, aadBytes(group, context), envelope);
  const plaintext = unpad(padded);
  if (plaintext === null) {
    zeroise(padded);
    throw new UnsealError('the padding inside the seal is malformed');
  }
  return plaintext;
}

function decrypt(subkey: Uint8Array, aad: Uint8Array, envelope: Envelope): Buffer {
  const sealed = decodeExactly(envelope.ct);
  const end = sealed.length - TAG_BYTES;
  if (end < BUCKET_BYTES || end % BUCKET_BYTES !== 0)
    throw new UnsealError('the ciphertext has a wrong size');
  const decipher = createDecipheriv(CIPHER, subkey, decodeExactly(envelope.iv), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const padded = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    zeroise(padded);
    throw new UnsealError('the ciphertext or its context is not authentic');
  }
  return padded;
}

function requireForm(envelope: Envelope | null, context: SealContext): void {
  // Envelopes come from outside: a member may be of any kind, and the whole may be null.
  const { v, kv, iv, kc, ct }: { readonly [member in keyof Envelope]?: unknown } = envelope ?? {};
  if (v !== 1) throw new UnsealError('the envelope has an unknown format version');
  if (kv !== context.dekVersion) throw new UnsealError('the envelope names another version of the data key');
  const isText = typeof iv === 'string' && typeof kc === 'string' && typeof ct === 'string';
  // The commitment must be 43 ASCII characters, or its comparison by bytes would throw instead of refusing.
  if (!isText || iv.length !== NONCE_TEXT || !COMMITMENT_FORM.test(kc)) {
    throw new UnsealError('the envelope is malformed');
  }
}

/** Node decodes base64url leniently; only the one exact text of the bytes is an authentic part of an envelope. */
function decodeExactly(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new UnsealError('the envelope is not exact base64url');
  return bytes;
}

/** Nonces are drawn many at a time, because a call for twelve random bytes costs as much as an HMAC. Each serves once. */
function takeNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  const nonce = nonces.subarray(nextNonce, nextNonce + NONCE_BYTES);
  nextNonce += NONCE_BYTES;
  return nonce;
}
