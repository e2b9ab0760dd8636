import type { BatchSigner, SignedBatch, UnsignedEvent } from '@probity/events';
import { encodePath } from '@probity/events';
import { AppendRefused, refusalOf } from './append-refused.js';
import { byteaArray, integerArray, textArray, uuidArray } from './binary-array.js';

/** The part of a `pg` client that appending needs; a transaction is the caller's. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A stream that a decision read, and the version it had then (0: the stream must not be relied on to exist). */
export interface StreamRead {
  readonly stream: string;
  readonly version: number;
}

/** Makes a request safe to send again: the same key and request give the stored result. */
export interface Idempotency {
  /** HMAC of the caller's key, 32 bytes: the key itself is not stored. */
  readonly keyMac: Buffer;
  /** HMAC of the request, 32 bytes. */
  readonly requestMac: Buffer;
  /** What to answer again: ids and status, never personal data. */
  readonly result: string;
  /** Domain time now, RFC 3339. */
  readonly now: string;
}

/** Everything of one command, or of one block of an import. */
export interface AppendRequest {
  /** In the order in which they are to stand; events of one stream in version order. */
  readonly events: readonly UnsignedEvent[];
  /** The writer of a topic. */
  readonly signerOf: (topic: string) => BatchSigner;
  /** Streams that must not have moved since the decision read them. */
  readonly reads?: readonly StreamRead[];
  readonly idempotency?: Idempotency;
  /** Number of partitions of a topic; 1 when absent. */
  readonly partitionsOf?: (topic: string) => number;
}

/** `isReplay` tells that nothing was appended because the same request had been before. */
export interface AppendResult {
  readonly isReplay: boolean;
  readonly result: string | null;
}

/** Hours for which an idempotency row answers a repeated request. */
export const IDEMPOTENCY_HOURS = 72;

const CALL = `SELECT * FROM events.append(${Array.from({ length: 28 }, (_, at) => `$${String(at + 1)}`).join(',')})`;

/**
 * Append events within the caller's transaction: signed once a topic, versions and fences checked.
 *
 * @throws AppendRefused with kind `conflict` (reload and decide again), `fenced`, `destroyed` (past recall), `forbidden`, `idempotency` or `malformed`.
 */
export async function append(client: SqlClient, request: AppendRequest): Promise<AppendResult> {
  const { events, reads = [], idempotency } = request;
  if (events.length === 0) throw new AppendRefused('malformed', 'an append holds at least one event');
  const batches = signByTopic(events, request.signerOf);
  const streams = streamsOf(events);
  const values = [
    ...batchColumns(batches),
    textArray(streams.map((s) => s.stream)),
    textArray(streams.map((s) => s.topic)),
    integerArray(streams.map((s) => s.expected)),
    integerArray(streams.map((s) => s.next)),
    textArray(reads.map((r) => r.stream)),
    integerArray(reads.map((r) => r.version)),
    ...eventColumns(events, batches, request.partitionsOf ?? (() => 1)),
    idempotency?.keyMac ?? null,
    idempotency?.requestMac ?? null,
    idempotency?.result ?? null,
    idempotency?.now ?? null,
    IDEMPOTENCY_HOURS,
  ];
  try {
    const { rows } = await client.query(CALL, values);
    const row = rows[0] as { is_replay: boolean; result: string | null };
    return { isReplay: row.is_replay, result: row.result };
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Partition of a key: FNV-1a over its UTF-8 bytes, so that one key keeps its order for ever. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % partitions;
}

interface TopicBatch {
  readonly topic: string;
  readonly signed: SignedBatch;
  readonly number: number;
  readonly places: ReadonlyMap<UnsignedEvent, number>;
}

function signByTopic(
  events: readonly UnsignedEvent[],
  signerOf: AppendRequest['signerOf'],
): Map<string, TopicBatch> {
  const byTopic = new Map<string, UnsignedEvent[]>();
  for (const event of events) {
    const list = byTopic.get(event.header.topic);
    if (list) list.push(event);
    else byTopic.set(event.header.topic, [event]);
  }
  const batches = new Map<string, TopicBatch>();
  for (const [topic, list] of byTopic) {
    const hashes = list.map((event) => event.eventHash);
    const places = new Map(list.map((event, place) => [event, place]));
    batches.set(topic, {
      topic,
      signed: signerOf(topic).sign(topic, hashes),
      number: batches.size + 1,
      places,
    });
  }
  return batches;
}

function streamsOf(
  events: readonly UnsignedEvent[],
): { stream: string; topic: string; expected: number; next: number }[] {
  const streams = new Map<string, { stream: string; topic: string; expected: number; next: number }>();
  for (const { header } of events) {
    const known = streams.get(header.subject);
    if (known) known.next = header.streamversion;
    else {
      const expected = header.streamversion - 1;
      streams.set(header.subject, {
        stream: header.subject,
        topic: header.topic,
        expected,
        next: header.streamversion,
      });
    }
  }
  return [...streams.values()];
}

function batchColumns(batches: ReadonlyMap<string, TopicBatch>): unknown[] {
  const list = [...batches.values()];
  return [
    textArray(list.map((b) => b.topic)),
    integerArray(list.map((b) => b.signed.size)),
    byteaArray(list.map((b) => b.signed.root)),
    textArray(list.map((b) => b.signed.keyId)),
    byteaArray(list.map((b) => b.signed.signature)),
  ];
}

function eventColumns(
  events: readonly UnsignedEvent[],
  batches: ReadonlyMap<string, TopicBatch>,
  partitionsOf: (topic: string) => number,
): unknown[] {
  const batchOf = (event: UnsignedEvent): TopicBatch => batches.get(event.header.topic) as TopicBatch;
  const pathOf = (event: UnsignedEvent): string => {
    const { places, signed } = batchOf(event);
    return encodePath(signed.proofs[places.get(event) as number] as SignedBatch['proofs'][number]);
  };
  return [
    uuidArray(events.map((e) => e.header.id)),
    textArray(events.map((e) => e.header.subject)),
    integerArray(events.map((e) => e.header.streamversion)),
    textArray(events.map((e) => e.header.topic)),
    integerArray(events.map((e) => partitionOf(e.header.key, partitionsOf(e.header.topic)))),
    textArray(events.map((e) => e.header.key)),
    textArray(events.map((e) => e.header.type)),
    byteaArray(events.map((e) => e.headerBytes)),
    byteaArray(events.map((e) => e.skeletonBytes)),
    byteaArray(events.map((e) => e.sealedBytes)),
    textArray(events.map(pathOf)),
    integerArray(events.map((e) => batchOf(e).number)),
  ];
}
