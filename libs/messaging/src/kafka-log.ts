import type { Admin, Kafka } from 'kafkajs';
import { kafkaClient } from './connection.js';
import type { KafkaClientOptions } from './connection.js';
import { RangeNotKept } from './log-client.js';
import type { ConsumedRecord, LogClient, LogRecord, PartitionMarks } from './log-client.js';
import { ProducerLane } from './producer-lane.js';
import { RangeReader } from './range-reader.js';

/**
 * {@link LogClient} on Apache Kafka for one principal. Connections open on first use: one for each partition that is written, one
 * for marks, one for range reads. Rights needed: WRITE and DESCRIBE on topics it sends to, READ on topics it reads; no group rights.
 */
export class KafkaLog implements LogClient {
  readonly #kafka: Kafka;
  readonly #lanes = new Map<string, ProducerLane>();
  #admin: Promise<Admin> | undefined;
  #reader: RangeReader | undefined;
  #closed = false;

  constructor(options: KafkaClientOptions) {
    this.#kafka = kafkaClient(options);
  }

  async send(topic: string, partition: number, records: LogRecord[]): Promise<{ baseOffset: bigint }> {
    if (records.length === 0) throw new RangeError('a send holds at least one record');
    this.#refuseWhenClosed();
    const key = `${topic}/${String(partition)}`;
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = new ProducerLane(this.#kafka, topic, partition)));
    return lane.send(records);
  }

  async exists(topic: string): Promise<boolean> {
    const admin = await this.#adminReady();
    return (await admin.listTopics()).includes(topic);
  }

  async endOffset(topic: string, partition: number): Promise<bigint> {
    return (await this.marks(topic, partition)).high;
  }

  async marks(topic: string, partition: number): Promise<PartitionMarks> {
    const found = (await this.topicMarks(topic)).get(partition);
    if (!found) throw new RangeError(`${topic} has no partition ${String(partition)}`);
    return found;
  }

  /** Marks of every partition of a topic, in one round trip to each leader. */
  async topicMarks(topic: string): Promise<Map<number, PartitionMarks>> {
    const admin = await this.#adminReady();
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.map((entry) => [entry.partition, { low: BigInt(entry.low), high: BigInt(entry.high) }]),
    );
  }

  async *read(topic: string, partition: number, from: bigint, to: bigint): AsyncGenerator<ConsumedRecord> {
    for await (const batch of this.readBatches(topic, partition, from, to)) yield* batch;
  }

  async *readBatches(
    topic: string,
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncGenerator<ConsumedRecord[]> {
    const marks = await this.marks(topic, partition);
    if (from < marks.low || from > marks.high) throw new RangeNotKept(topic, partition, from, marks);
    this.#reader ??= new RangeReader(this.#kafka);
    yield* this.#reader.batches(topic, partition, from, to < marks.high ? to : marks.high);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await this.#reader?.close();
    await this.#admin?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  async #adminReady(): Promise<Admin> {
    this.#refuseWhenClosed();
    const admin = (this.#admin ??= this.#connectAdmin());
    try {
      return await admin;
    } catch (error) {
      this.#admin = undefined; // the next call tries again
      throw error;
    }
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Error('the log client is closed');
  }
}
