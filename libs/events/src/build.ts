import type { JsonValue } from './canonical-json.js';
import { canonicalBytes } from './canonical-json.js';
import { dataSchemaOf } from './catalogue.js';
import { hashOf, headerBytesOf, sealedHashesOf } from './codec.js';
import type { EventHeader, SealedGroups, Skeleton } from './event.js';
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
  const header: EventHeader = {
    ...facts,
    classification: facts.classification ?? 'OFFICIAL-SENSITIVE',
    dataschema: dataSchemaOf(facts.type),
    skeletonhash: hashOf(skeletonBytes),
    sealedhashes: sealedHashesOf(sealed),
  };
  const headerBytes = headerBytesOf(header);
  const isSealed = Object.keys(sealed).length > 0;
  return {
    header,
    headerBytes,
    skeletonBytes,
    sealedBytes: isSealed ? canonicalBytes(sealed as unknown as JsonValue) : null,
    eventHash: leafHash(headerBytes),
  };
}
