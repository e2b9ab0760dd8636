import { randomBytes, randomUUID } from 'node:crypto';
import type { EventFacts, PlainEvent, SealedGroup, SealedGroups, UnsignedEvent } from '@probity/events';
import { SEALED_GROUPS, buildEvent, canonicalBytes, definitionOf, validatePlainEvent } from '@probity/events';
import { UuidV7Source } from '@probity/platform';
import type { FreshKey, Subkeys } from '@probity/sealing';
import { deriveSubkeys, seal, sealContextOf, zeroise } from '@probity/sealing';
import type { DecidedEntry } from './decided-entries.js';
import { DECIDED_AT, decidedEntries, operatingModel } from './decided-entries.js';

/** A new record with its two events: proposed, and entered on the word of a list. */
export interface SealedEntry {
  readonly recordId: string;
  readonly events: readonly UnsignedEvent[];
}

/** A key that no vault knows, where nothing is to be opened again. */
function throwawayKey(): FreshKey {
  return { recordId: randomUUID(), dekVersion: 1, dek: randomBytes(32) };
}

/** Seals made-up entries of one borough as borough-ingest does: checked against the catalogue, three groups, real keys. */
export class EntrySealer {
  readonly topic: string;
  readonly #entries: readonly DecidedEntry[];
  readonly #policyVersion: string;
  readonly #ids = new UuidV7Source();
  #made = 0;

  constructor(readonly borough: string) {
    this.topic = `matrix.${borough}`;
    const model = operatingModel();
    this.#policyVersion = model.policyVersion;
    this.#entries = decidedEntries(borough, model);
  }

  /** The next entry, under a key that is wiped afterwards. */
  next(key: FreshKey): SealedEntry {
    const entry = this.#entries[this.#made % this.#entries.length] as DecidedEntry;
    this.#made += 1;
    const subkeys = deriveSubkeys(key.dek);
    const correlationid = randomUUID();
    const events = entry.map((event, place) =>
      this.#seal(event, this.#facts(event.type, key.recordId, place + 1, correlationid), key, subkeys),
    );
    zeroise(key.dek, ...Object.values(subkeys));
    return { recordId: key.recordId, events };
  }

  /** Events of as many entries as are needed, two each, under throwaway keys. */
  events(count: number): UnsignedEvent[] {
    return Array.from({ length: Math.ceil(count / 2) }, () => this.next(throwawayKey()).events).flat();
  }

  #seal(event: PlainEvent, facts: EventFacts, key: FreshKey, subkeys: Subkeys): UnsignedEvent {
    validatePlainEvent(event);
    const { schemaVersion } = definitionOf(event.type);
    const sealed: { [group in SealedGroup]?: SealedGroups[group] } = {};
    for (const group of SEALED_GROUPS) {
      const payload = event.sealed[group];
      if (!payload) continue;
      const context = sealContextOf(facts, key, schemaVersion);
      sealed[group] = seal(subkeys[group], group, context, canonicalBytes(payload));
    }
    return buildEvent(facts, event.skeleton, sealed);
  }

  #facts(type: string, recordId: string, version: number, correlationid: string): EventFacts {
    return {
      id: this.#ids.next(DECIDED_AT),
      source: `/boroughs/${this.borough}`,
      type,
      subject: `records/${recordId}`,
      time: DECIDED_AT,
      topic: this.topic,
      key: recordId,
      streamversion: version,
      occurredat: DECIDED_AT,
      policyversion: this.#policyVersion,
      actor: `officer-${this.borough}`,
      actorkind: 'human',
      purpose: 'MIGRATION',
      correlationid,
    };
  }
}
