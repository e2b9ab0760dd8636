import type { EventFacts, PlainEvent, SealedGroup, SealedGroups, UnsignedEvent } from '@probity/events';
import { SEALED_GROUPS, buildEvent, canonicalBytes, definitionOf, validatePlainEvent } from '@probity/events';
import { sealContextOf } from './aad.js';
import { seal } from './seal.js';
import { deriveSubkeys } from './subkey.js';

/** The data key of a record, held only while its events are sealed. */
export interface RecordKey {
  readonly recordId: string;
  readonly dekVersion: number;
  /** The whole key (a fresh record) or the `case` subkey alone (an existing one). */
  readonly subkeyOf: (group: SealedGroup) => Uint8Array;
}

/** A key that has just been issued, for a new record: all groups can be sealed. */
export function freshRecordKey(recordId: string, dekVersion: number, dek: Uint8Array): RecordKey {
  const subkeys = deriveSubkeys(dek);
  return { recordId, dekVersion, subkeyOf: (group) => subkeys[group] };
}

/** A leased key of an existing record: only `case` can be sealed. */
export function leasedRecordKey(recordId: string, dekVersion: number, caseSubkey: Uint8Array): RecordKey {
  const subkeyOf = (group: SealedGroup): Uint8Array => {
    if (group === 'case') return caseSubkey;
    throw new Error(`a lease cannot seal the group ${group}`);
  };
  return { recordId, dekVersion, subkeyOf };
}

/**
 * Check an event against the catalogue, seal its groups and build its header.
 *
 * @throws EventFormatError when the event does not fit its closed schemas: a defect, not a refusal.
 */
export function sealEvent(facts: EventFacts, event: PlainEvent, key: RecordKey | null): UnsignedEvent {
  validatePlainEvent(event);
  const { schemaVersion } = definitionOf(event.type);
  const sealed: { [group in SealedGroup]?: SealedGroups[group] } = {};
  for (const group of SEALED_GROUPS) {
    const payload = event.sealed[group];
    if (!payload) continue;
    if (!key) throw new Error('an event with sealed groups needs a key');
    const context = sealContextOf(facts, key, schemaVersion);
    sealed[group] = seal(key.subkeyOf(group), group, context, canonicalBytes(payload));
  }
  return buildEvent(facts, event.skeleton, sealed);
}
