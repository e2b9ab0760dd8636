import type { StoredEvent } from '@probity/events';
import type { FaultCode, LogPosition } from './projection-fault.js';

/**
 * How a position is parked.
 *
 * - `POISON` a proved event that cannot be applied; later events of its record wait for it
 * - `BEHIND` an event that waits behind another of its record
 * - `REJECTED` not proved to be an event of the record that it names, or a second history of it: nothing waits for it
 */
export type ParkedKind = 'POISON' | 'BEHIND' | 'REJECTED';

/** A position whose record was not applied, and why. It points at the log and holds nothing of the payload. */
export interface ParkedEvent {
  readonly position: LogPosition;
  /** Record that the key names; null when the key is not a record id. Of a rejected position it is only a claim. */
  readonly recordId: string | null;
  readonly kind: ParkedKind;
  readonly code: FaultCode;
  /** One sentence without personal data. */
  readonly reason: string;
  /** Null unless a writer of the topic signed it: what a forger wrote is not repeated. */
  readonly eventId: string | null;
  readonly type: string | null;
  readonly version: number | null;
}

// Small letters alone, as PostgreSQL writes them: two spellings of one record would be two records.
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TYPE = /^[a-z0-9.-]{1,100}$/;

/** The record that a key names; null for any other key, which is then repeated nowhere. */
export function recordIdOf(key: string): string | null {
  return UUID.test(key) ? key : null;
}

/** Name of a position in a map or a message, such as `matrix.E09000012/0@10432`. */
export function nameOf({ topic, partition, offset }: LogPosition): string {
  return `${topic}/${String(partition)}@${String(offset)}`;
}

/** Name of a record in a topic. A record belongs to one topic: what lies in another never makes it wait. */
export function keyOf(topic: string, recordId: string): string {
  return `${topic} ${recordId}`;
}

/** Parks a position. `event` is null unless it has been proved. */
export function parked(
  item: { position: LogPosition; recordId: string | null; event: StoredEvent | null },
  kind: ParkedKind,
  code: FaultCode,
  reason: string,
): ParkedEvent {
  const header = item.event?.header;
  return {
    position: item.position,
    recordId: item.recordId,
    kind,
    code,
    reason,
    eventId: header ? recordIdOf(header.id) : null,
    type: header ? typeOf(header.type) : null,
    version: header?.streamversion ?? null,
  };
}

/** Why an event of a type that the projection does not know is not applied. */
export function unknownType(type: string): string {
  return `no rule says what ${typeOf(type) ?? 'this type'} means here`;
}

/** A type in the catalogue's form; null for any other text, which is repeated nowhere. */
function typeOf(type: string): string | null {
  return TYPE.test(type) ? type : null;
}
