import { isUtf8 } from 'node:buffer';
import { FORMAT_HEADERS, OPTIONAL_ATTRIBUTES, REQUIRED_ATTRIBUTES, headerBytesOf } from './codec.js';
import type { EventHeader, SealedGroup, StoredEvent, WriterProof } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';
import { leafHash } from './merkle.js';
import { decodeValue } from './record-value.js';

/** A Kafka record in CloudEvents binary mode. Header values may arrive as text or bytes. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: { readonly [name: string]: string | Buffer | undefined };
  readonly value: Buffer;
}

type Writable<T> = { -readonly [member in keyof T]: T[member] };

const named = <N extends string>(name: N): readonly [N, string] => [name, `ce_${name}`];
const REQUIRED = REQUIRED_ATTRIBUTES.map(named);
const OPTIONAL = OPTIONAL_ATTRIBUTES.map(named);
const KNOWN: ReadonlySet<string> = new Set([
  ...[...REQUIRED, ...OPTIONAL].map(([, header]) => header),
  ...[
    'ce_specversion',
    'ce_streamversion',
    'ce_sealedhashes',
    'ce_writerkey',
    'ce_writersig',
    'ce_writerpath',
  ],
]);

// Each of these has one form alone: the last character of base64url carries spare bits, which are zero.
const COUNT = /^[1-9]\d{0,15}$/;
const KEY_ID = /^[0-9a-f]{16}$/;
const SIGNATURE = /^[\w-]{85}[AQgw]$/;
const HASH = '"[\\w-]{42}[AEIMQUYcgkosw048]"';
const PATH = new RegExp(
  `^\\{"hashes":\\[((?:${HASH}(?:,${HASH})*)?)\\],"index":(0|[1-9]\\d{0,9}),"size":([1-9]\\d{0,9})\\}$`,
);
/** Characters of a hash, and of a hash with its quotes and its comma. */
const [HASH_TEXT, HASH_ELEMENT] = [43, 46];

/**
 * Read a Kafka record as an event, and compare its parts with the hashes in its header. Who wrote it is another question: see
 * {@link WriterRegistry}. What is accepted has the bytes that its writer would encode, and no other bytes pass for the same event.
 *
 * @throws EventFormatError when an attribute or a part is missing, malformed or not the one that the header names, or the
 *   record lies in a foreign topic.
 */
export function decodeRecord(record: WireRecord): StoredEvent {
  refuseForeign(record);
  const header = decodeHeader(record);
  if (!record.topic.endsWith(header.topic))
    throw new EventFormatError('the event names another topic than the one it lies in');
  const writer = decodeWriter(record);
  const { skeleton, sealed } = decodeValue(record.value, header);
  const headerBytes = canonicalHeader(header);
  return { header, skeleton, sealed, writer, headerBytes, eventHash: leafHash(headerBytes) };
}

/** What nobody signs must not look as if it belonged to the event. */
function refuseForeign(record: WireRecord): void {
  for (const name of Object.keys(record.headers)) {
    if (name.startsWith('ce_') && !KNOWN.has(name))
      throw new EventFormatError('the record has an attribute that no event has');
  }
  for (const [name, value] of Object.entries(FORMAT_HEADERS)) {
    if (required(record, name) !== value)
      throw new EventFormatError(`the record has an unknown value of ${name}`);
  }
}

function decodeHeader(record: WireRecord): EventHeader {
  const header: Record<string, unknown> = {};
  for (const [name, from] of REQUIRED) header[name] = required(record, from);
  for (const [name, from] of OPTIONAL) {
    if (record.headers[from] !== undefined) header[name] = required(record, from);
  }
  header['key'] = record.key;
  const streamversion = required(record, 'ce_streamversion');
  if (!COUNT.test(streamversion) || !Number.isSafeInteger(Number(streamversion)))
    throw new EventFormatError('a stream version counts from 1');
  header['streamversion'] = Number(streamversion);
  header['sealedhashes'] = decodeSealedHashes(required(record, 'ce_sealedhashes'));
  return header as unknown as EventHeader;
}

function decodeSealedHashes(text: string): EventHeader['sealedhashes'] {
  const parsed = parseJson(text) as { readonly [group: string]: unknown } | null;
  const hashes: Writable<EventHeader['sealedhashes']> = {};
  for (const group of SEALED_GROUPS) {
    const found = parsed?.[group];
    if (typeof found === 'string') hashes[group satisfies SealedGroup] = found;
  }
  // Members in sorted order and nothing else: what is rendered is what was read, or it was not canonical.
  if (JSON.stringify(hashes) !== text)
    throw new EventFormatError('ce_sealedhashes is not canonical JSON of hashes by group');
  return hashes;
}

function decodeWriter(record: WireRecord): WriterProof {
  const keyId = required(record, 'ce_writerkey');
  const signature = required(record, 'ce_writersig');
  if (!KEY_ID.test(keyId) || !SIGNATURE.test(signature))
    throw new EventFormatError('the record names no writer');
  const path = PATH.exec(required(record, 'ce_writerpath'));
  if (!path) throw new EventFormatError('ce_writerpath is not the canonical JSON of a path');
  const [, texts, index, size] = path as unknown as [string, string, string, string];
  const hashes: Buffer[] = [];
  for (let at = 1; at < texts.length; at += HASH_ELEMENT)
    hashes.push(Buffer.from(texts.slice(at, at + HASH_TEXT), 'base64url'));
  return {
    keyId,
    signature: Buffer.from(signature, 'base64url'),
    path: { index: Number(index), size: Number(size), hashes },
  };
}

function canonicalHeader(header: EventHeader): Buffer {
  try {
    return headerBytesOf(header);
  } catch {
    throw new EventFormatError('an attribute of the record is not well-formed text');
  }
}

function required(record: WireRecord, name: string): string {
  const value = record.headers[name];
  if (value === undefined) throw new EventFormatError(`the record has no header ${name}`);
  return typeof value === 'string' ? value : utf8(value, name);
}

function utf8(bytes: Buffer, name: string): string {
  if (!isUtf8(bytes)) throw new EventFormatError(`the header ${name} is not UTF-8`);
  return bytes.toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
