import type { Piece } from './loot.js';

/** Lengths of what digests and keys are: MD5, SHA-1, SHA-256 and keys, SHA-512. */
const LENGTHS = new Set([16, 20, 32, 64]);
const HEXADECIMAL = /(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])/gi;
const BASE64 = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{22,86}={0,2}(?![A-Za-z0-9+/_=-])/g;

/** Everything in the loot that could be a digest or a key, as it is, in hexadecimal or in base64; by its bytes, with where it was. */
export function binaryValues(pieces: readonly Piece[]): Map<string, string> {
  const found = new Map<string, string>();
  const keep = (bytes: Buffer, place: string): void => {
    if (LENGTHS.has(bytes.length)) found.set(bytes.toString('latin1'), place);
  };
  for (const { place, bytes } of pieces) {
    keep(bytes, place);
    // A PKCS#8 key of 32 bytes ends with them.
    const text = bytes.toString('latin1');
    for (const [match] of text.matchAll(HEXADECIMAL)) keep(Buffer.from(match, 'hex'), place);
    for (const [match] of text.matchAll(BASE64)) {
      const decoded = Buffer.from(match, 'base64');
      keep(decoded, place);
      if (decoded.length === 48) keep(decoded.subarray(16), place);
    }
  }
  return found;
}
