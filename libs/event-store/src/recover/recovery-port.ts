import type { StoredEvent } from '@probity/events';
import type { RelayLog } from '../relay/relay-port.js';

/** A record as a topic holds it. */
export interface TopicRecord {
  readonly offset: bigint;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** What a recovery needs of a log beside what the relay does. */
export interface RecoveryLog extends RelayLog {
  /** Whether the topic is there at all, for this principal to see. */
  exists(topic: string): Promise<boolean>;
  /** Oldest kept offset, and the one that the next record will get. */
  marks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }>;
  read(topic: string, partition: number, from: bigint, to: bigint): AsyncIterable<TopicRecord>;
}

/** A topic that a service writes, and the log that may write it. */
export interface RecoveryTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly log: RecoveryLog;
}

/** @throws Error when no writer of its topic has signed the event. */
export type VerifyWriter = (event: StoredEvent) => void;
