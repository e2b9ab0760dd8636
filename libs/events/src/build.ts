import { canonicalBytes, canonicalJson } from './canonical-json.js';
import { dataSchemaOf } from './catalogue.js';
import { hashOf, headerBytesOf } from './codec.js';
import type { EventHeader, SealedGroup, SealedGroups, Skeleton } from './event.js';
import { SEALED_GROUPS } from './event.js';
import { leafHash } from './merkle.js';

/** An event ready to be signed and appended: exact bytes of every part, and the hash that the signature covers. */
export interface UnsignedEvent {
  readonly header: EventHeader;
  readonly headerBytes: Buffer;
  readonly skeletonBytes: Buffer;
  /** Canonical JSON of the sealed groups; null where nothing is sealed. */
  readonly sealedBytes: Buffer | null;
  /** RFC 6962 leaf hash of the header bytes. */
  readonly eventHash: Buffer;
}

/** The attributes of a header that do not follow from the payload. */
export type EventFacts = Omit<
  EventHeader,
  'dataschema' | 'skeletonhash' | 'sealedhashes' | 'classification'
> & {
  /** Government Security Classifications marking; `OFFICIAL-SENSITIVE` when absent. */
  readonly classification?: string;
};

/** Put an event together from its facts, its skeleton and its envelopes. */
export function buildEvent(facts: EventFacts, skeleton: Skeleton, sealed: SealedGroups): UnsignedEvent {
  const skeletonBytes = canonicalBytes(skeleton);
  const envelopes = envelopeTextsOf(sealed);
  const header: EventHeader = {
    ...facts,
    classification: facts.classification ?? 'OFFICIAL-SENSITIVE',
    dataschema: dataSchemaOf(facts.type),
    skeletonhash: hashOf(skeletonBytes),
    sealedhashes: Object.fromEntries(envelopes.map(([group, text]) => [group, hashOf(text)])),
  };
  const headerBytes = headerBytesOf(header);
  const members = envelopes.map(([group, text]) => `"${group}":${text}`);
  return {
    header,
    headerBytes,
    skeletonBytes,
    sealedBytes: members.length > 0 ? Buffer.from(`{${members.join(',')}}`) : null,
    eventHash: leafHash(headerBytes),
  };
}

/** Canonical JSON of each envelope, in canonical order: written once, to be hashed and to be stored. */
function envelopeTextsOf(sealed: SealedGroups): [SealedGroup, string][] {
  return SEALED_GROUPS.flatMap((group): [SealedGroup, string][] => {
    const envelope = sealed[group];
    return envelope ? [[group, canonicalJson({ ...envelope })]] : [];
  });
}
