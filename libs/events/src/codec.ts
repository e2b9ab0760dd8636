import { createHash } from 'node:crypto';
import type { JsonValue } from './canonical-json.js';
import { canonicalBytes, canonicalJson } from './canonical-json.js';
import type { EventHeader, SealedGroup, SealedGroups, Skeleton, StoredEvent, WriterProof } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';
import { leafHash } from './merkle.js';

/** A Kafka record in CloudEvents binary mode. Header values may arrive as text or bytes. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: { readonly [name: string]: string | Buffer | undefined };
  readonly value: Buffer;
}

const REQUIRED = [
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
const OPTIONAL = ['causationid', 'traceparent'] as const;

/** base64url SHA-256 of bytes, as headers carry it. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
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

/** Canonical bytes of a header: what is signed, stored and hashed. */
export function headerBytesOf(header: EventHeader): Buffer {
  return canonicalBytes({ ...header, sealedhashes: { ...header.sealedhashes } });
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
  const headers: Record<string, string> = { 'content-type': 'application/json', ce_specversion: '1.0' };
  for (const name of REQUIRED) headers[`ce_${name}`] = header[name];
  for (const name of OPTIONAL) {
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
  return canonicalJson({ index, size, hashes: hashes.map((hash) => hash.toString('base64url')) });
}

/**
 * Read a Kafka record as an event. The hashes are not yet compared: see {@link verifyEvent}.
 *
 * @throws EventFormatError when an attribute is missing or malformed, or the record lies in a foreign topic.
 */
export function decodeRecord(record: WireRecord): StoredEvent {
  const header = decodeHeader(record);
  if (!record.topic.endsWith(header.topic))
    throw new EventFormatError('the event names another topic than the one it lies in');
  const { skeleton, sealed } = decodeValue(record.value);
  const headerBytes = headerBytesOf(header);
  return {
    header,
    skeleton,
    sealed,
    writer: decodeWriter(record),
    headerBytes,
    eventHash: leafHash(headerBytes),
  };
}

/** Skeleton and sealed groups of a value. @throws EventFormatError when it is not the canonical JSON of both. */
function decodeValue(value: Buffer): { skeleton: Skeleton; sealed: SealedGroups } {
  const parsed = parseJson(value.toString('utf8'), 'value');
  const { skeleton, sealed } = parsed as { skeleton?: Skeleton; sealed?: SealedGroups };
  if (!isObject(skeleton) || !isObject(sealed))
    throw new EventFormatError('an event has a skeleton and sealed groups');
  for (const group of Object.keys(sealed)) {
    if (!SEALED_GROUPS.includes(group as SealedGroup))
      throw new EventFormatError('an event has an unknown sealed group');
  }
  return { skeleton, sealed };
}

/**
 * Compare the parts of an event with the hashes in its header. A sealed group that is gone (deleted after erasure) is
 * allowed to be absent; one that the header does not name is not.
 *
 * @throws EventFormatError on the first part that differs.
 */
export function verifyEvent(event: StoredEvent): void {
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

function decodeHeader(record: WireRecord): EventHeader {
  const texts: Record<string, string> = {};
  for (const name of REQUIRED) texts[name] = required(record, `ce_${name}`);
  for (const name of OPTIONAL) {
    const value = record.headers[`ce_${name}`];
    if (value !== undefined) texts[name] = value.toString();
  }
  const streamversion = Number(required(record, 'ce_streamversion'));
  if (!Number.isSafeInteger(streamversion) || streamversion < 1)
    throw new EventFormatError('a stream version counts from 1');
  const sealedhashes = parseJson(
    required(record, 'ce_sealedhashes'),
    'ce_sealedhashes',
  ) as EventHeader['sealedhashes'];
  return { ...texts, key: record.key, streamversion, sealedhashes } as unknown as EventHeader;
}

function decodeWriter(record: WireRecord): WriterProof {
  const path = parseJson(required(record, 'ce_writerpath'), 'ce_writerpath') as {
    index: number;
    size: number;
    hashes: string[];
  };
  if (!Array.isArray(path.hashes)) throw new EventFormatError('a writer path holds hashes');
  return {
    keyId: required(record, 'ce_writerkey'),
    signature: Buffer.from(required(record, 'ce_writersig'), 'base64url'),
    path: {
      index: path.index,
      size: path.size,
      hashes: path.hashes.map((hash) => Buffer.from(hash, 'base64url')),
    },
  };
}

function required(record: WireRecord, name: string): string {
  const value = record.headers[name];
  if (value === undefined) throw new EventFormatError(`the record has no header ${name}`);
  return value.toString();
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new EventFormatError(`${what} is not JSON`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
