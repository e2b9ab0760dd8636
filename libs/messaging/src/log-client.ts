/** One record as its writer hands it over. `timestamp` is milliseconds since the epoch in decimal digits, as Kafka stores it. */
export interface LogRecord {
  key: string;
  value: Buffer;
  headers: Record<string, string>;
  timestamp: string;
}

/** One record as the log returns it, with the position the broker gave it (unsigned 63-bit, so a bigint). */
export interface ConsumedRecord extends LogRecord {
  offset: bigint;
}

/** Consecutive records of one partition, oldest first, never empty; `highWatermark` is the next offset to be written. */
export interface Batch {
  topic: string;
  partition: number;
  records: ConsumedRecord[];
  highWatermark: bigint;
}

/** What a partition holds now: `low` is the oldest offset kept, `high` the offset the next record will get. */
export interface PartitionMarks {
  low: bigint;
  high: bigint;
}

/**
 * Port to an append-only, partitioned log. Every adapter passes the contract suite in `kafka-log.int.spec.ts`.
 * One `send` is one topic and one partition, in order.
 */
export interface LogClient {
  /**
   * Appends the records in order and resolves once every in-sync replica has them.
   * More than one request holds is sent as several, one after the other. Rejects with {@link SendRejected} when an answer is
   * negative or unknown; then none, the first few or all of the records are in the log, so the caller reads the tail or resends
   * the same event ids. An empty list is refused.
   */
  send(topic: string, partition: number, records: LogRecord[]): Promise<{ baseOffset: bigint }>;
  /** Whether there is such a topic that this principal may see. */
  exists(topic: string): Promise<boolean>;
  /** The offset the next record of the partition will get. */
  endOffset(topic: string, partition: number): Promise<bigint>;
  /** Oldest kept and next offset of one partition. */
  marks(topic: string, partition: number): Promise<PartitionMarks>;
  /**
   * Records with `from <= offset < to`, oldest first, then ends. `to` is capped by the end of the partition at the time of the
   * call. Throws {@link RangeNotKept} when `from` is older than what the partition keeps.
   */
  read(topic: string, partition: number, from: bigint, to: bigint): AsyncIterable<ConsumedRecord>;
  /** {@link read} in the pieces in which they arrive, none of them empty: for who reads a great many. */
  readBatches(topic: string, partition: number, from: bigint, to: bigint): AsyncIterable<ConsumedRecord[]>;
  /** Ends every connection; later calls reject. */
  close(): Promise<void>;
}

/** The broker refused a send, or did not answer it: the producer has been thrown away, the outcome is unknown. */
export class SendRejected extends Error {
  override readonly name = 'SendRejected';
  constructor(
    readonly topic: string,
    readonly partition: number,
    cause: unknown,
  ) {
    super(`A send to ${topic}/${String(partition)} was not acknowledged`, { cause });
  }
}

/** A range read asked for records that the partition no longer keeps, or never had. */
export class RangeNotKept extends Error {
  override readonly name = 'RangeNotKept';
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly from: bigint,
    readonly marks: PartitionMarks,
  ) {
    super(
      `${topic}/${String(partition)} keeps ${String(marks.low)} to ${String(marks.high)}; a read from ${String(from)} is not possible`,
    );
  }
}
