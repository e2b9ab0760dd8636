/** One partition of one topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/** Where a partition ended when it was looked at: the offset that its next record would get. */
export interface PartitionEnd extends TopicPartition {
  end: bigint;
}

/** One offset of one partition: what an operator needs to look at the record, without any of its content. */
export interface Position extends TopicPartition {
  offset: bigint;
}

/** `E09000012@10432` for one-partition topics `matrix.E09000012`; `topic/partition@offset` in general. */
export function describePosition(position: Position): string {
  return `${position.topic}/${String(position.partition)}@${String(position.offset)}`;
}

/**
 * Thrown by a batch handler: the record at `position` cannot be processed however often it is tried. Everything before it has been
 * processed. The partition stops there and readiness fails until a person has acted; other partitions go on.
 */
export class HaltPartition extends Error {
  override readonly name = 'HaltPartition';
  /** @param code short, stable and upper-case. @param reason one sentence without personal data. */
  constructor(
    readonly position: Position,
    readonly code: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${describePosition(position)} stopped: ${code}: ${reason}`, { cause });
  }
}

/** Thrown by a batch handler: somebody else has moved this partition's position. It is read again and sought. */
export class PositionsMoved extends Error {
  override readonly name = 'PositionsMoved';
  constructor(readonly partition: TopicPartition) {
    super(`the position of ${partition.topic}/${String(partition.partition)} was moved by another consumer`);
  }
}

/** Why a position keeps a consumer waiting: it is not inside what its partition holds. The broker would silently start somewhere else. */
export function outOfRange(position: Position, low: bigint, high: bigint): string {
  return (
    `the checkpoint ${describePosition(position)} lies outside the topic, which holds ${String(low)} to ${String(high)}: ` +
    'the topic was cut or replaced, or the checkpoint belongs to another broker'
  );
}

/** Where the next record of each partition is. The positions are the consumer's own: the broker's committed offsets never count. */
export interface PositionSource {
  /** Reads the durable positions of these partitions afresh. */
  load(partitions: readonly TopicPartition[]): Promise<void>;
  /** Next offset to hand over, as last read or advanced; synchronous, because it is asked for inside a group join. */
  position(topic: string, partition: number): bigint;
}
