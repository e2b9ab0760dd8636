import type { PartitionMarks } from '@probity/messaging';
import { describePosition } from '@probity/messaging';

/** One partition of one topic, and how far it has been verified. `topic` is the name without the prefix of a test run. */
export interface Lane {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  /** The next offset to verify. */
  nextOffset: bigint;
  /** Records that are an event once more, with the same bytes. */
  duplicates: number;
  /** Offsets that were removed before they were verified. */
  unseen: number;
}

/** What its topic holds now. */
export interface MarkedLane {
  readonly lane: Lane;
  /** Null when the topic does not exist. */
  readonly marks: PartitionMarks | null;
}

/** `matrix.E09000012/0`: key of maps, scope of alarms. */
export function laneName({ topic, partition }: Pick<Lane, 'topic' | 'partition'>): string {
  return `${topic}/${String(partition)}`;
}

/** `matrix.E09000012/0@17`. */
export function placeOf({ topic, partition }: Lane, offset: bigint): string {
  return describePosition({ topic, partition, offset });
}
