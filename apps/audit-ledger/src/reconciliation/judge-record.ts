import { createHash } from 'node:crypto';
import { EventFormatError, SignatureError, decodeRecord, encodeValue } from '@probity/events';
import type { StoredEvent, WriterRegistry } from '@probity/events';
import type { ConsumedRecord } from '@probity/messaging';
import type { AlarmCode } from '@probity/reconciliation';
import type { StoredCopy } from './stored-event.js';

/** Why a record is not an event of the store. The reason holds nothing that the record itself says in words of its own. */
export interface RecordFault {
  readonly code: Extract<AlarmCode, 'REC-001' | 'REC-002' | 'REC-003' | 'REC-006'>;
  readonly reason: string;
}

/** A record with a valid signature of a writer of its topic, or why it is none. */
export type Inspected =
  | { readonly offset: bigint; readonly event: StoredEvent; readonly record: ConsumedRecord }
  | { readonly offset: bigint; readonly fault: RecordFault };

/** What is kept of an offset: the event of the store that it is, or the fault. */
export interface JudgedRecord {
  readonly offset: bigint;
  readonly eventId: string | null;
  readonly copy: StoredCopy | null;
  readonly fault: RecordFault | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Decodes a record and checks hashes and signature: what a record alone can tell. */
export function inspectRecord(
  record: ConsumedRecord,
  topic: string,
  writers: Pick<WriterRegistry, 'verify'>,
): Inspected {
  const { offset } = record;
  const forged = (reason: string): Inspected => ({ offset, fault: { code: 'REC-001', reason } });
  try {
    const event = decodeRecord({ ...record, topic });
    if (event.header.topic !== topic) return forged('it names another topic than the one it lies in');
    if (!UUID.test(event.header.id)) return forged('its event id is no UUID');
    writers.verify(event);
    return { offset, event, record };
  } catch (error) {
    if (error instanceof EventFormatError) return forged(error.message);
    // The message may repeat the key id that a forger wrote.
    if (error instanceof SignatureError) return forged('no writer of this topic signed it');
    return forged('it cannot be read as an event');
  }
}

/** Compares a record with the copy of its event in the store. */
export function judgeRecord(inspected: Inspected, copy: StoredCopy | undefined): JudgedRecord {
  const { offset } = inspected;
  if ('fault' in inspected) return { offset, eventId: null, copy: null, fault: inspected.fault };
  const { event } = inspected;
  const eventId = event.header.id;
  const named = `event ${eventId} (${event.header.subject} version ${String(event.header.streamversion)})`;
  const faulty = (code: RecordFault['code'], reason: string): JudgedRecord => ({
    offset,
    eventId,
    copy: null,
    fault: { code, reason },
  });
  if (!copy)
    return faulty('REC-002', `${named} is signed by a writer of this topic and unknown to the event store`);
  const part = differingPart(inspected, copy);
  return part === null
    ? { offset, eventId, copy, fault: null }
    : faulty('REC-003', `${named} has another ${part} in the topic than in the event store`);
}

/** The offsets of `[from, to)` that the topic gave no record for. */
export function missingOffsets(
  records: readonly { offset: bigint }[],
  from: bigint,
  to: bigint,
): JudgedRecord[] {
  const present = new Set(records.map(({ offset }) => offset));
  const missing: JudgedRecord[] = [];
  for (let offset = from; offset < to; offset += 1n) {
    if (present.has(offset)) continue;
    const fault = { code: 'REC-006', reason: 'there is no record at this offset' } as const;
    missing.push({ offset, eventId: null, copy: null, fault });
  }
  return missing;
}

function differingPart(
  { event, record }: Extract<Inspected, { event: StoredEvent }>,
  copy: StoredCopy,
): string | null {
  if (!sha256(event.headerBytes).equals(copy.headerHash)) return 'header';
  const isSameValue =
    sha256(record.value).equals(copy.valueHash) ||
    (copy.isErased && sha256(encodeValue(event.skeleton, {})).equals(copy.valueHash));
  if (!isSameValue) return 'value';
  const { keyId, signature } = event.writer;
  const isSameProof =
    keyId === copy.writerKey &&
    signature.equals(copy.signature) &&
    record.headers['ce_writerpath'] === copy.path;
  return isSameProof ? null : 'signature';
}
