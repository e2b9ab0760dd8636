/** What the store says of one event, as hashes: neither headers nor ciphertext leave the database. */
export interface StoredCopy {
  readonly eventId: string;
  /** Position in the store, a decimal number. */
  readonly position: string;
  /** SHA-256 of the header's bytes. */
  readonly headerHash: Buffer;
  /** SHA-256 of the value that the relay publishes. */
  readonly valueHash: Buffer;
  readonly path: string;
  readonly writerKey: string;
  readonly signature: Buffer;
  /** Whether the ciphertext is gone and may be: its stream is fenced. */
  readonly isErased: boolean;
  /** Header, skeleton and writer's proof under the key of this process. */
  readonly digest: Buffer;
  /** Ciphertext under that key; null where there is none. */
  readonly sealedDigest: Buffer | null;
}

/** Columns of `events.event e` and `events.batch b` that the relay publishes, under the key `$1`. */
export const EVENT_DIGEST = `sha256($1::bytea || sha256(sha256(e.header) || sha256(e.skeleton) || sha256(convert_to(e.path, 'UTF8'))
  || sha256(convert_to(b.writer_key, 'UTF8')) || b.signature))`;

/** Ciphertext of `events.sealed_value s` under the key `$1`; null where there is none. */
export const SEALED_DIGEST = 'sha256($1::bytea || sha256(s.sealed))';
