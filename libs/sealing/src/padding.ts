/** Sealed plaintexts take whole buckets of this many bytes, so that a size tells little about a person. */
export const BUCKET_BYTES = 256;

/** Longest plaintext of one sealed group, in bytes. It keeps an event well below the broker's message limit. */
export const PLAINTEXT_LIMIT = 512 * 1024;

const PREFIX_BYTES = 4;

/**
 * Pad a plaintext to whole buckets: its length (4 bytes, big-endian), the bytes, then zeros. The length is inside the
 * seal, hence secret and authenticated; an empty plaintext takes one bucket.
 *
 * @throws RangeError when the plaintext is longer than {@link PLAINTEXT_LIMIT}.
 */
export function pad(plaintext: Uint8Array): Buffer {
  if (plaintext.length > PLAINTEXT_LIMIT) throw new RangeError('the plaintext of a sealed group is too long');
  const end = PREFIX_BYTES + plaintext.length;
  const padded = Buffer.allocUnsafe(bucketed(end));
  padded.writeUInt32BE(plaintext.length, 0);
  padded.set(plaintext, PREFIX_BYTES);
  padded.fill(0, end);
  return padded;
}

/** The plaintext as a view of the padded bytes, or null when they are not what {@link pad} makes. */
export function unpad(padded: Buffer): Buffer | null {
  if (padded.length === 0 || padded.length % BUCKET_BYTES !== 0) return null;
  const end = PREFIX_BYTES + padded.readUInt32BE(0);
  if (bucketed(end) !== padded.length) return null;
  for (let index = end; index < padded.length; index += 1) {
    if (padded[index] !== 0) return null;
  }
  return padded.subarray(PREFIX_BYTES, end);
}

function bucketed(bytes: number): number {
  return Math.ceil(bytes / BUCKET_BYTES) * BUCKET_BYTES;
}
