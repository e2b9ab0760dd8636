import type { EventHeader, SealedGroup } from '@probity/events';

/** What a sealed group is bound to. Another value in any member, and the group does not open. */
export interface SealContext {
  /** CloudEvents source, such as `/boroughs/E09000012`. */
  readonly origin: string;
  readonly eventId: string;
  /** Stream, such as `records/<uuid>`. */
  readonly streamId: string;
  readonly eventType: string;
  /** Id of the data key, which is the id of the record or group. */
  readonly recordId: string;
  /** Version of the data key, from 1. */
  readonly dekVersion: number;
  /** Version of the payload's schema, from 1. */
  readonly schemaVersion: number;
}

const FORMAT = 'v1';
const PREFIX_BYTES = 4;
const ELEMENTS = 9;

/** The context of an event's sealed groups, taken from its header. */
export function sealContextOf(
  header: Pick<EventHeader, 'source' | 'id' | 'subject' | 'type'>,
  key: Pick<SealContext, 'recordId' | 'dekVersion'>,
  schemaVersion: number,
): SealContext {
  return {
    origin: header.source,
    eventId: header.id,
    streamId: header.subject,
    eventType: header.type,
    recordId: key.recordId,
    dekVersion: key.dekVersion,
    schemaVersion,
  };
}

/**
 * Additional authenticated data of one sealed group.
 *
 * Nine elements one after the other, each as its length in bytes (4 bytes, big-endian) and its UTF-8 text; numbers in
 * decimal: `v1`, origin, event id, stream id, event type, group, record id, data key version, schema version. The
 * lengths make the encoding injective for well-formed text, so no two contexts share their bytes.
 */
export function aadBytes(group: SealedGroup, context: SealContext): Buffer {
  const elements = [
    FORMAT,
    context.origin,
    context.eventId,
    context.streamId,
    context.eventType,
    group,
    context.recordId,
    String(context.dekVersion),
    String(context.schemaVersion),
  ];
  let bound = ELEMENTS * PREFIX_BYTES;
  // A UTF-16 code unit takes at most three bytes in UTF-8, so this bound avoids measuring every element first.
  for (const element of elements) bound += element.length * 3;
  const bytes = Buffer.allocUnsafe(bound);
  let end = 0;
  for (const element of elements) {
    const written = bytes.write(element, end + PREFIX_BYTES, 'utf8');
    bytes.writeUInt32BE(written, end);
    end += PREFIX_BYTES + written;
  }
  return bytes.subarray(0, end);
}
