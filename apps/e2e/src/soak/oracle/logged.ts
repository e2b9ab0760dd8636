import { createHash } from 'node:crypto';
import {
  canonicalBytes,
  decodeRecord,
  verifyEvent,
  type JsonValue,
  type WriterRegistry,
} from '@probity/events';
import type { ConsumedRecord, KafkaLog } from '@probity/messaging';
import type { Lane } from './slice.js';

/** The first record of an event in a topic. */
export interface LoggedEvent {
  offset: bigint;
  stream: string;
  version: number;
  type: string;
  /** SHA-256 of what the store holds too, hexadecimal. */
  header: string;
  sealed: string | null;
  path: string;
  writerKey: string;
  /** Base64. */
  signature: string;
}

/** What one partition holds since the beginning of a slice. */
export interface LoggedLane {
  lane: Lane;
  /** By event id, in the order of their first records. */
  events: Map<string, LoggedEvent>;
  /** Records beyond the first of their event. */
  duplicates: number;
  /** Records by the type of their event. */
  records: Record<string, number>;
  end: bigint;
  findings: string[];
}

/** Reads a partition: every record is verified, repeats must be equal to the byte, and a stream's versions come in order. */
export async function readLane(log: KafkaLog, lane: Lane, writers: WriterRegistry): Promise<LoggedLane> {
  const { topic, partition, from } = lane;
  const end = await log.endOffset(topic, partition);
  const read: LoggedLane = { lane, events: new Map(), duplicates: 0, records: {}, end, findings: [] };
  const bytes = new Map<string, string>();
  const versions = new Map<string, number>();
  for await (const record of log.read(topic, partition, from, end)) {
    const id = record.headers['ce_id'] ?? '';
    const digest = digestOf(record);
    const event = eventOf(record, topic, writers, read.findings);
    if (event === null) continue;
    read.records[event.type] = (read.records[event.type] ?? 0) + 1;
    const earlier = bytes.get(id);
    if (earlier !== undefined) {
      read.duplicates += 1;
      if (earlier !== digest) read.findings.push(`${at(record, topic)} repeats ${id} with other bytes`);
      continue;
    }
    bytes.set(id, digest);
    read.events.set(id, event);
    const last = versions.get(event.stream) ?? 0;
    if (event.version !== last + 1)
      read.findings.push(`${at(record, topic)} is version ${String(event.version)} after ${String(last)}`);
    versions.set(event.stream, event.version);
  }
  return read;
}

function eventOf(
  record: ConsumedRecord,
  topic: string,
  writers: WriterRegistry,
  findings: string[],
): LoggedEvent | null {
  try {
    const event = decodeRecord({ ...record, topic });
    verifyEvent(event);
    writers.verify(event);
    const lacking = Object.keys(event.header.sealedhashes).filter((group) => !(group in event.sealed));
    if (lacking.length > 0) findings.push(`${at(record, topic)} lacks the sealed ${lacking.join(', ')}`);
    const { subject, streamversion, type } = event.header;
    return {
      ...{ offset: record.offset, stream: subject, version: streamversion, type },
      header: sha256(event.headerBytes),
      sealed:
        Object.keys(event.sealed).length === 0
          ? null
          : sha256(canonicalBytes(event.sealed as unknown as JsonValue)),
      path: record.headers['ce_writerpath'] ?? '',
      writerKey: event.writer.keyId,
      signature: event.writer.signature.toString('base64'),
    };
  } catch (error) {
    findings.push(`${at(record, topic)} cannot be trusted: ${(error as Error).message}`);
    return null;
  }
}

function digestOf({ key, value, headers }: ConsumedRecord): string {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([key, sorted]))
    .update(value)
    .digest('hex');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function at({ offset }: ConsumedRecord, topic: string): string {
  return `${topic}@${String(offset)}`;
}
