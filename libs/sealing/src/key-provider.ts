/**
 * Keeper of the key-encryption keys. A provider wraps 32-byte keys under the key of an epoch and never shows that key.
 *
 * Epochs count from 1. Which of them is the current one is for the vault to say; the provider only makes, uses and
 * destroys their keys. Several processes may open the same keys: what one makes or destroys, the others follow within a
 * second. `file` is for local use; every provider passes the same contract tests.
 */
export interface KeyProvider {
  /** Name for readiness and start-up messages. */
  readonly name: string;

  /** Whether a destroyed key is gone from its medium for sure. */
  readonly destructionAssured: boolean;

  /** The epochs of which there is a key, ascending. @throws KeyProviderError when the provider cannot answer. */
  epochs(): Promise<readonly number[]>;

  /**
   * Make the key of an epoch, durable when this returns. An epoch that has a key keeps it.
   *
   * @throws KeyProviderError when it cannot be made, RangeError when the epoch is no whole number from 1 to 999999
   */
  createEpoch(epoch: number): Promise<void>;

  /**
   * Destroy the key of an epoch: nothing that it wrapped can be opened again. Nothing happens when it has none.
   *
   * @throws KeyProviderError when it cannot be destroyed
   */
  destroyEpoch(epoch: number): Promise<void>;

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

/** Why a provider refuses: it has no key of the epoch, the wrapped key is not authentic, or the provider itself fails. */
export type KeyProviderFault = 'no-epoch' | 'not-authentic' | 'failed';

/** The key provider cannot do what was asked. The message holds no key material; `remedy` says what to do. */
export class KeyProviderError extends Error {
  override readonly name = 'KeyProviderError';

  constructor(
    message: string,
    readonly remedy: string,
    readonly fault: KeyProviderFault = 'failed',
  ) {
    super(message);
  }
}

/** Greatest number of an epoch: six digits name its key, enough for nineteen thousand years of weeks. */
const GREATEST_EPOCH = 999_999;

/**
 * The six digits by which a provider names the key of an epoch.
 *
 * @throws RangeError when the epoch is no whole number from 1 to 999999
 */
export function epochDigits(epoch: number): string {
  if (!Number.isInteger(epoch) || epoch < 1 || epoch > GREATEST_EPOCH)
    throw new RangeError('an epoch is a whole number from 1 to 999999');
  return String(epoch).padStart(6, '0');
}

/** The refusal of an epoch that has no key. */
export function noSuchEpoch(): KeyProviderError {
  return new KeyProviderError(
    'the key-encryption key of this epoch is not held',
    'If the epoch was destroyed, what it wrapped is gone for good; otherwise restore its key from its backup.',
    'no-epoch',
  );
}

/** The refusal of everything once a provider is closed. */
export function providerClosed(): KeyProviderError {
  return new KeyProviderError('the key provider is closed', 'Restart the vault.');
}

/** The refusal of a wrapped key whose bytes, epoch or additional data are not those of its wrapping. */
export function notAuthentic(): KeyProviderError {
  return new KeyProviderError(
    'the wrapped key is not authentic',
    'Compare the database and the key provider: one of them belongs to another store or was altered.',
    'not-authentic',
  );
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
