import { createHmac } from 'node:crypto';

/** Bytes of a token: enough that no two terms of a list meet by chance. */
export const TOKEN_BYTES = 16;

/**
 * Makes tokens of terms: HMAC-SHA-256 under a pepper, cut to {@link TOKEN_BYTES}. Without the pepper a token says nothing; with it
 * it says whether a guess was right, so that the pepper never leaves the vault.
 */
export class Tokeniser {
  /** @param pepper 32 bytes; who hands it over wipes it, and this with it */
  constructor(private readonly pepper: Uint8Array) {}

  tokenOf(term: string): Buffer {
    return createHmac('sha256', this.pepper).update(term, 'utf8').digest().subarray(0, TOKEN_BYTES);
  }
}
