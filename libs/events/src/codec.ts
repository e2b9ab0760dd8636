import { hash } from 'node:crypto';
import type { JsonValue } from './canonical-json.js';
import { canonicalBytes, canonicalJson } from './canonical-json.js';
import type { EventHeader, SealedGroup, SealedGroups, Skeleton, StoredEvent, WriterProof } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';

/** Attributes that every event has, besides its key, its version and the hashes of its sealed groups. */
export const REQUIRED_ATTRIBUTES = [
  'id',
  'source',
  'type',
  'subject',
  'time',
  'topic',
  'dataschema',
  'occurredat',
  'policyversion',
  'actor',
  'actorkind',
  'purpose',
  'correlationid',
  'classification',
  'skeletonhash',
] as const;
/** Attributes that an event may have. */
export const OPTIONAL_ATTRIBUTES = ['causationid', 'traceparent'] as const;

/** Headers that say what the record is, with the one value that they have. */
export const FORMAT_HEADERS = { 'content-type': 'application/json', ce_specversion: '1.0' } as const;

/** base64url SHA-256 of bytes, or of a text in UTF-8, as headers carry it. */
export function hashOf(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'base64url');
}

/** One hash for each sealed group that is present. */
export function sealedHashesOf(sealed: SealedGroups): EventHeader['sealedhashes'] {
  const hashes: { [group in SealedGroup]?: string } = {};
  for (const group of SEALED_GROUPS) {
    const envelope = sealed[group];
    if (envelope) hashes[group] = hashOf(canonicalBytes({ ...envelope }));
  }
  return hashes;
}

/**
 * Canonical bytes of a header: what is signed, stored and hashed. Every attribute is here in the order of RFC 8785, so that
 * nothing has to be sorted on the way of each event.
 *
 * @throws TypeError for an attribute with a lone surrogate.
 */
export function headerBytesOf(header: EventHeader): Buffer {
  const { case: ofCase, equality, identity } = header.sealedhashes;
  const ordered = {
    actor: header.actor,
    actorkind: header.actorkind,
    causationid: header.causationid,
    classification: header.classification,
    correlationid: header.correlationid,
    dataschema: header.dataschema,
    id: header.id,
    key: header.key,
    occurredat: header.occurredat,
    policyversion: header.policyversion,
    purpose: header.purpose,
    sealedhashes: { case: ofCase, equality, identity },
    skeletonhash: header.skeletonhash,
    source: header.source,
    streamversion: header.streamversion,
    subject: header.subject,
    time: header.time,
    topic: header.topic,
    traceparent: header.traceparent,
    type: header.type,
  } satisfies { [attribute in keyof Required<EventHeader>]: unknown };
  const text = JSON.stringify(ordered);
  // `JSON.stringify` escapes a lone surrogate, which canonical JSON refuses; the slow way tells it from a written backslash.
  return text.includes('\\ud') ? canonicalBytes(ordered) : Buffer.from(text, 'utf8');
}

/** The value of a Kafka record: canonical JSON `{sealed, skeleton}`. */
export function encodeValue(skeleton: Skeleton, sealed: SealedGroups): Buffer {
  return canonicalBytes({ skeleton, sealed: sealed as unknown as JsonValue });
}

/** A writer's proof with its path as {@link encodePath} wrote it, as the store keeps it. */
export interface EncodedProof extends Omit<WriterProof, 'path'> {
  readonly path: string;
}

/** The headers of a Kafka record, all text. */
export function encodeHeaders(
  header: EventHeader,
  writer: WriterProof | EncodedProof,
): Record<string, string> {
  const headers: Record<string, string> = { ...FORMAT_HEADERS };
  for (const name of REQUIRED_ATTRIBUTES) headers[`ce_${name}`] = header[name];
  for (const name of OPTIONAL_ATTRIBUTES) {
    const value = header[name];
    if (value !== undefined) headers[`ce_${name}`] = value;
  }
  headers['ce_streamversion'] = String(header.streamversion);
  headers['ce_sealedhashes'] = canonicalJson({ ...header.sealedhashes });
  headers['ce_writerkey'] = writer.keyId;
  headers['ce_writersig'] = writer.signature.toString('base64url');
  headers['ce_writerpath'] =
    typeof writer.path === 'string' ? writer.path : encodePath(writer as WriterProof);
  return headers;
}

/** The path of a writer's proof as canonical JSON `{hashes, index, size}`. */
export function encodePath(writer: WriterProof): string {
  const { index, size, hashes } = writer.path;
  return canonicalJson({ index, size, hashes: hashes.map((each) => each.toString('base64url')) });
}

/**
 * Compare the parts of an event with the hashes in its header, of an event that is held in memory: a record that is read has
 * been compared, byte by byte, by {@link decodeRecord}. A sealed group that is gone (deleted after erasure) is allowed to be
 * absent; one that the header does not name is not.
 *
 * @throws EventFormatError on the first part that differs.
 */
export function verifyEvent(event: Pick<StoredEvent, 'header' | 'skeleton' | 'sealed'>): void {
  if (hashOf(canonicalBytes(event.skeleton)) !== event.header.skeletonhash) {
    throw new EventFormatError('the skeleton does not have the hash that its header names');
  }
  const actual = sealedHashesOf(event.sealed);
  for (const group of SEALED_GROUPS) {
    if (actual[group] !== undefined && actual[group] !== event.header.sealedhashes[group]) {
      throw new EventFormatError(`the sealed group ${group} does not have the hash that its header names`);
    }
  }
}
