import type { Envelope, StoredEvent } from '@probity/events';
import type { CasePayload } from './projection-definition.js';

/** A `case` subkey lent for a short time. `subkey` is the holder's to zeroise. */
export interface CaseKey {
  readonly dekVersion: number;
  readonly subkey: Buffer;
}

/** Lends `case` subkeys. Records whose key is unknown, destroyed or not for this service are absent from the answer. */
export interface CaseLeases {
  leaseCase(recordIds: readonly string[]): Promise<Map<string, CaseKey>>;
}

/** Opens the sealed `case` group of an event; throws when key, context or ciphertext do not fit together. */
export type OpenCase = (key: CaseKey, event: StoredEvent, recordId: string, envelope: Envelope) => Buffer;

/** Why a sealed part gave nothing. */
export type UnsealFailure = 'KEY_UNAVAILABLE' | 'UNSEAL';

/** The opened payload, or which check failed. The plaintext bytes are overwritten before this returns. */
export function unsealCase(
  event: StoredEvent,
  recordId: string,
  key: CaseKey | undefined,
  open: OpenCase,
): CasePayload | UnsealFailure {
  const envelope = event.sealed.case;
  if (!envelope) return 'UNSEAL';
  if (key?.dekVersion !== envelope.kv) return 'KEY_UNAVAILABLE';
  let plaintext: Buffer | undefined;
  try {
    plaintext = open(key, event, recordId, envelope);
    const payload: unknown = JSON.parse(plaintext.toString('utf8'));
    return typeof payload === 'object' && payload !== null ? (payload as CasePayload) : 'UNSEAL';
  } catch {
    return 'UNSEAL'; // the cause may quote content
  } finally {
    plaintext?.fill(0);
  }
}
