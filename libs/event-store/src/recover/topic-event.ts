import type { StoredEvent } from '@probity/events';
import {
  canonicalBytes,
  decodeRecord,
  encodeValue,
  EventFormatError,
  SignatureError,
  verifyEvent,
} from '@probity/events';
import type { JsonValue } from '@probity/events';
import { partitionOf } from '../append.js';
import type { Lane } from '../relay/outbox.js';
import type { TopicRecord, VerifyWriter } from './recovery-port.js';

/** A record of a topic that the store will not take, and why; never a word of its content. */
export interface RefusedRecord {
  readonly offset: number;
  readonly reason: string;
}

/** An event that stands in a topic and has been verified by hash and signature. */
export interface TopicEvent {
  readonly offset: bigint;
  readonly event: StoredEvent;
  readonly skeletonBytes: Buffer;
  readonly sealedBytes: Buffer | null;
}

/** Reads and verifies a record of a lane, or says why it is no event of it. */
export function topicEventOf(
  record: TopicRecord,
  lane: Lane,
  partitions: number,
  verify: VerifyWriter,
): TopicEvent | RefusedRecord {
  const refused = (reason: string): RefusedRecord => ({ offset: Number(record.offset), reason });
  try {
    const event = decodeRecord({ ...record, topic: lane.topic });
    if (event.header.topic !== lane.topic || partitionOf(event.header.key, partitions) !== lane.partition)
      return refused('it belongs to another topic or partition');
    verifyEvent(event);
    verify(event);
    // The stored bytes are put together again when the event is sent; they must give this very record.
    if (!encodeValue(event.skeleton, event.sealed).equals(record.value))
      return refused('its value is not in canonical form');
    const isSealed = Object.keys(event.sealed).length > 0;
    return {
      offset: record.offset,
      event,
      skeletonBytes: canonicalBytes(event.skeleton),
      sealedBytes: isSealed ? canonicalBytes(event.sealed as unknown as JsonValue) : null,
    };
  } catch (error) {
    const isKnown = error instanceof EventFormatError || error instanceof SignatureError;
    return refused(isKnown ? error.message : 'it cannot be read as an event');
  }
}
