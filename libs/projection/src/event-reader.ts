import { EventFormatError, SignatureError, currentTypeOf, decodeRecord } from '@probity/events';
import type { StoredEvent, WriterRegistry } from '@probity/events';
import type { HandledType } from './projection-definition.js';
import { ProjectionFault } from './projection-fault.js';
import type { LogPosition } from './projection-fault.js';

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

/** A verified event that the projection handles. */
export interface ReadEvent {
  readonly position: LogPosition;
  readonly recordId: string;
  readonly event: StoredEvent;
  readonly opensCase: boolean;
}

/** What one batch holds: the handled events, how many were ignored, and the record that ended it, if one did. */
export interface ReadBatch {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  /** Offset behind the last record that was read. */
  readonly next: bigint;
  readonly events: ReadEvent[];
  readonly lastEventTime: string | null;
  readonly fault: ProjectionFault | null;
}

const RECORD_STREAM = 'records/';

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

  /** Reads up to the first record that cannot be trusted or is of an unknown type. */
  read(batch: LogBatch): ReadBatch {
    const topic = this.logicalTopic(batch.topic);
    const first = batch.records[0]?.offset ?? 0n;
    const events: ReadEvent[] = [];
    let next = first;
    let lastEventTime: string | null = null;
    for (const record of batch.records) {
      const position = { topic, partition: batch.partition, offset: record.offset };
      const result = this.#readOne(record, position);
      if (result instanceof ProjectionFault) {
        return { topic, partition: batch.partition, first, next, events, lastEventTime, fault: result };
      }
      if (result.handled) events.push(result.handled);
      lastEventTime = result.time;
      next = record.offset + 1n;
    }
    return { topic, partition: batch.partition, first, next, events, lastEventTime, fault: null };
  }

  #readOne(
    record: LogEntry,
    position: LogPosition,
  ): { handled: ReadEvent | null; time: string } | ProjectionFault {
    try {
      const event = decodeRecord({ ...record, topic: position.topic });
      if (event.header.topic !== position.topic)
        return new ProjectionFault(
          position,
          'STREAM',
          'the event names another topic than the one it lies in',
        );
      this.writers.verify(event);
      return this.#classify(event, position);
    } catch (error) {
      if (error instanceof SignatureError) return new ProjectionFault(position, 'SIGNATURE', error.message);
      if (error instanceof EventFormatError) return new ProjectionFault(position, 'FORMAT', error.message);
      return new ProjectionFault(position, 'FORMAT', 'the record cannot be read as an event');
    }
  }

  #classify(
    event: StoredEvent,
    position: LogPosition,
  ): { handled: ReadEvent | null; time: string } | ProjectionFault {
    const { subject, key, time } = event.header;
    // Definitions name current types; an event of an earlier version is upcast before it is folded.
    const type = currentTypeOf(event.header.type);
    if (this.ignores.has(type)) return { handled: null, time };
    const handled = this.handles.get(type);
    if (!handled)
      return new ProjectionFault(position, 'UNKNOWN_TYPE', `no rule says what ${type} means here`);
    if (subject !== `${RECORD_STREAM}${key}`)
      return new ProjectionFault(position, 'STREAM', 'the key of the event is not the record of its stream');
    return { handled: { position, recordId: key, event, opensCase: handled.opensCase }, time };
  }
}
