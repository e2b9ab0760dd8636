import type { Kafka } from 'kafkajs';
import { kafkaClient } from './connection.js';
import type { KafkaClientOptions } from './connection.js';
import type { ConsumedRecord } from './log-client.js';
import { MarksReader } from './marks-reader.js';
import type { TopicMarks } from './marks-reader.js';
import { RangeReader } from './range-reader.js';

/**
 * Looks at many topics without writing to any: where each begins and ends, and what lies between. Unlike a `LogClient` it goes on
 * when one of the topics is gone, because that is what it is there to find. Rights needed: READ and DESCRIBE on each topic.
 */
export class LogInspector {
  readonly #kafka: Kafka;
  #marks: MarksReader | undefined;
  #ranges: RangeReader | undefined;

  constructor(options: KafkaClientOptions) {
    this.#kafka = kafkaClient(options);
  }

  /** Oldest kept and next offset of every partition of the topics that exist. */
  async marks(topics: readonly string[]): Promise<TopicMarks> {
    const reader = (this.#marks ??= new MarksReader(this.#kafka));
    try {
      return await reader.read(topics);
    } catch (error) {
      this.#marks = undefined;
      await reader.close().catch(() => undefined);
      throw error;
    }
  }

  /** Records with `from <= offset < to`; both must lie within marks that have just been read. */
  async read(topic: string, partition: number, from: bigint, to: bigint): Promise<ConsumedRecord[]> {
    const reader = (this.#ranges ??= new RangeReader(this.#kafka));
    const records: ConsumedRecord[] = [];
    try {
      for await (const batch of reader.batches(topic, partition, from, to)) records.push(...batch);
    } catch (error) {
      // What it knows of leaders may be of a topic that is gone: the next read begins afresh.
      this.#ranges = undefined;
      await reader.close().catch(() => undefined);
      throw error;
    }
    return records;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#marks?.close(), this.#ranges?.close()]);
  }
}
