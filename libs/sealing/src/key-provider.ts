/**
 * Keeper of the key-encryption keys. A provider wraps 32-byte keys under the key of an epoch and never shows that key.
 *
 * Epochs count from 1; a new one begins by {@link KeyProvider.currentEpoch} rising, and an old one ends for good when
 * its key is destroyed. `file` is for local use; every other provider has to pass the same contract tests.
 */
export interface KeyProvider {
  /** Name for readiness and start-up messages. */
  readonly name: string;

  /** The epoch under which new keys are wrapped. @throws KeyProviderError when the provider cannot answer. */
  currentEpoch(): Promise<number>;

  /**
   * Wrap a 32-byte key. The epoch is given, not read, because `aad` already names it.
   *
   * @throws KeyProviderError for an unknown epoch or after {@link KeyProvider.close}.
   * @throws RangeError when the key is not 32 bytes.
   */
  wrap(epoch: number, key: Uint8Array, aad: Uint8Array): Promise<Buffer>;

  /**
   * Unwrap a key; the caller zeroises it.
   *
   * @throws KeyProviderError for an unknown or destroyed epoch, after close, or when the bytes, the epoch or `aad` are
   *   not those of the wrapping.
   */
  unwrap(epoch: number, wrapped: Uint8Array, aad: Uint8Array): Promise<Buffer>;

  /** Forget all keys. Afterwards every other method refuses. */
  close(): Promise<void>;
}

/** The key provider cannot do what was asked. The message holds no key material; `remedy` says what to do. */
export class KeyProviderError extends Error {
  override readonly name = 'KeyProviderError';

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

/** What a wrapped data key is bound to: ASCII `dek|<record id>|<version>|<epoch>`. Record ids are UUIDs, so no `|` within. */
export function dekAad(recordId: string, dekVersion: number, epoch: number): Buffer {
  return Buffer.from(`dek|${recordId}|${String(dekVersion)}|${String(epoch)}`, 'ascii');
}

/** What a wrapped pepper is bound to: ASCII `pepper|<purpose>|<epoch>`; a purpose is lower-case words with hyphens. */
export function pepperAad(purpose: string, epoch: number): Buffer {
  if (!/^[a-z]+(-[a-z]+)*$/.test(purpose))
    throw new RangeError('a pepper has a purpose in lower-case words with hyphens');
  return Buffer.from(`pepper|${purpose}|${String(epoch)}`, 'ascii');
}
