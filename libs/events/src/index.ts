export { canonicalBytes, canonicalJson } from './canonical-json.js';
export type { JsonValue } from './canonical-json.js';
export { CATALOGUE, currentType, currentTypeOf, dataSchemaOf } from './catalogue.js';
export type { EventDefinition } from './catalogue.js';
export type { JsonSchema } from './json-schema.js';
export {
  encodeHeaders,
  encodePath,
  encodeValue,
  hashOf,
  headerBytesOf,
  sealedHashesOf,
  verifyEvent,
} from './codec.js';
export { decodeRecord } from './decode-record.js';
export type { WireRecord } from './decode-record.js';
export { EventFormatError, SEALED_GROUPS } from './event.js';
export type {
  Envelope,
  EventHeader,
  SealedGroup,
  SealedGroups,
  Skeleton,
  StoredEvent,
  WriterProof,
} from './event.js';
export { leafHash, merkleTree, rootFromPath } from './merkle.js';
export type { MerklePath } from './merkle.js';
export { NOT_RECORDED } from './schemas.js';
export { upcast } from './upcasting/upcast.js';
export { definitionOf, validateOpenedEvent, validatePlainEvent } from './validation.js';
export type { Payload, PlainEvent } from './validation.js';
export { BatchSigner, SignatureError, WriterRegistry, keyIdOf } from './writer.js';
export type { SignedBatch, WriterEntry, WriterRegistryFile } from './writer.js';
export { buildEvent } from './build.js';
export type { EventFacts, UnsignedEvent } from './build.js';
