import { EventFormatError, SignatureError, currentTypeOf, decodeRecord } from '@probity/events';
import type { StoredEvent, WriterRegistry } from '@probity/events';
import { parked, recordIdOf, unknownType } from './parked-event.js';
import type { ParkedEvent } from './parked-event.js';
import type { HandledType } from './projection-definition.js';
import type { FaultCode, LogPosition } from './projection-fault.js';

/** A record as the log hands it over. */
export interface LogEntry {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly offset: bigint;
}

/** Consecutive records of one partition. `topic` is the broker's name of it. */
export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogEntry[];
}

/** A verified event of a record, of a type that is not ignored. */
export interface ReadEvent {
  readonly position: LogPosition;
  readonly recordId: string;
  readonly event: StoredEvent;
  /** Whether the projection knows what to do with the type. */
  readonly isHandled: boolean;
  readonly opensCase: boolean;
}

/** A record of the log: an event to fold, or a position that is rejected. */
export type ReadItem = ReadEvent | ParkedEvent;

/** What one batch holds, in the order of the log. Ignored events have no item. */
export interface ReadBatch {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  /** Offset behind the last record. */
  readonly next: bigint;
  readonly items: readonly ReadItem[];
  /** Known time of the last verified event. */
  readonly lastEventTime: string | null;
}

const RECORD_STREAM = 'records/';
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;
const KEY_ID = /^[0-9a-f]{16}$/;

/** Whether the database can read a time; what a writer says is signed, and not yet sensible for that. */
function isInstant(time: string): boolean {
  return INSTANT.test(time) && !Number.isNaN(Date.parse(time));
}

/** Whether an item is an event to fold. */
export function isEvent(item: ReadItem): item is ReadEvent {
  return 'event' in item;
}

/** Decodes and verifies records before anything looks at their content. */
export class EventReader {
  constructor(
    private readonly writers: Pick<WriterRegistry, 'verify'>,
    private readonly handles: ReadonlyMap<string, HandledType>,
    private readonly ignores: ReadonlySet<string>,
    /** What the broker's topic names have before the names in the events. */
    private readonly topicPrefix = '',
  ) {}

  /** Topic as events name it. */
  logicalTopic(topic: string): string {
    return topic.startsWith(this.topicPrefix) ? topic.slice(this.topicPrefix.length) : topic;
  }

  /** Topic as the broker names it. */
  brokerTopic(topic: string): string {
    return this.topicPrefix + topic;
  }

  read(batch: LogBatch): ReadBatch {
    const topic = this.logicalTopic(batch.topic);
    const first = batch.records[0]?.offset ?? 0n;
    const items: ReadItem[] = [];
    let lastEventTime: string | null = null;
    for (const record of batch.records) {
      const position = { topic, partition: batch.partition, offset: record.offset };
      const event = this.#verified(record, position);
      const item = 'kind' in event ? event : this.#classify(event, position);
      if (item) items.push(item);
      if ('header' in event && isInstant(event.header.time)) lastEventTime = event.header.time;
    }
    const next = (batch.records.at(-1)?.offset ?? first - 1n) + 1n;
    return { topic, partition: batch.partition, first, next, items, lastEventTime };
  }

  #verified(record: LogEntry, position: LogPosition): StoredEvent | ParkedEvent {
    const claim = { position, recordId: recordIdOf(record.key), event: null };
    const unproved = (code: FaultCode, reason: string): ParkedEvent =>
      parked(claim, 'REJECTED', code, reason);
    try {
      const event = decodeRecord({ ...record, topic: position.topic });
      if (event.header.topic !== position.topic)
        return unproved('STREAM', 'the event names another topic than the one it lies in');
      // The name of a key is the writer's own text until it is found in the registry.
      if (!KEY_ID.test(event.writer.keyId)) return unproved('SIGNATURE', 'the writer names no key');
      this.writers.verify(event);
      return event;
    } catch (error) {
      if (error instanceof SignatureError) return unproved('SIGNATURE', error.message);
      if (error instanceof EventFormatError) return unproved('FORMAT', error.message);
      return unproved('FORMAT', 'the record cannot be read as an event');
    }
  }

  #classify(event: StoredEvent, position: LogPosition): ReadItem | null {
    const { subject, key } = event.header;
    // Definitions name current types; an event of an earlier version is upcast before it is folded.
    const type = currentTypeOf(event.header.type);
    if (this.ignores.has(type)) return null;
    const recordId = recordIdOf(key);
    const handled = this.handles.get(type);
    if (recordId !== null && subject === RECORD_STREAM + key)
      return {
        position,
        recordId,
        event,
        isHandled: handled !== undefined,
        opensCase: handled?.opensCase ?? false,
      };
    const item = { position, recordId, event };
    if (!handled) return parked(item, 'REJECTED', 'UNKNOWN_TYPE', unknownType(type));
    return parked(item, 'REJECTED', 'STREAM', 'the key of the event is not the record of its stream');
  }
}
