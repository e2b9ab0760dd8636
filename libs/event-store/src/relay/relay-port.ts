/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  /** Milliseconds since the epoch, decimal: the recorded time of the event. */
  readonly timestamp: string;
}

/** What the relay needs of a log; one per principal. A send that rejects may or may not have been stored. */
export interface RelayLog {
  send(topic: string, partition: number, records: OutgoingRecord[]): Promise<{ baseOffset: bigint }>;
  /** The offset that the next record will get. */
  endOffset(topic: string, partition: number): Promise<bigint>;
  /** Records from `from` (inclusive) to `to` (exclusive). */
  read(
    topic: string,
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncIterable<{ offset: bigint; headers: Record<string, string | Buffer | undefined> }>;
}

/** A partition that the relay serves, and the log that may write it. */
export interface RelayTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly log: RelayLog;
}
