import type { Cluster, Kafka, PartitionAssigner } from 'kafkajs';
import { PartitionAssigners } from 'kafkajs';
import type { ConsumedRecord } from './log-client.js';
import { toRecord } from './record-codec.js';
import type { RawMessage } from './record-codec.js';

/** Bytes asked for in one request of a range read. */
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 250;
const READ_COMMITTED = 1;

interface FetchAnswer {
  responses: {
    topicName: string;
    partitions: { partition: number; messages: (RawMessage & { isControlRecord?: boolean })[] }[];
  }[];
}

/**
 * Reads ranges of partitions without a consumer group: no group rights, no rebalance, no committed offset. The client library
 * hands its cluster to partition assigners, and a cluster can fetch from a leader directly.
 */
export class RangeReader {
  readonly #cluster: Cluster;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    let cluster: Cluster | undefined;
    const capture: PartitionAssigner = (config) => {
      cluster = config.cluster;
      return PartitionAssigners.roundRobin(config);
    };
    // The group id is never sent: this consumer neither subscribes nor runs.
    kafka.consumer({ groupId: 'range-reader', partitionAssigners: [capture], allowAutoTopicCreation: false });
    if (!cluster) throw new Error('the Kafka client did not offer its cluster');
    this.#cluster = cluster;
  }

  /** Records with `from <= offset < to`; both ends must lie within what the partition holds. */
  async *read(topic: string, partition: number, from: bigint, to: bigint): AsyncGenerator<ConsumedRecord> {
    let next = from;
    while (next < to) {
      const messages = await this.#fetch(topic, partition, next);
      for (const message of messages) {
        const offset = BigInt(message.offset);
        if (offset < next) continue; // the broker returns whole stored batches
        if (offset >= to) return;
        next = offset + 1n;
        if (message.isControlRecord !== true) yield toRecord(message);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#cluster.disconnect();
    this.#connected = undefined;
  }

  async #fetch(
    topic: string,
    partition: number,
    offset: bigint,
  ): Promise<FetchAnswer['responses'][0]['partitions'][0]['messages']> {
    await (this.#connected ??= this.#cluster.connect());
    await this.#cluster.addTargetTopic(topic);
    const leaders = this.#cluster.findLeaderForPartitions(topic, [partition]);
    const nodeId = Object.keys(leaders)[0];
    if (nodeId === undefined) throw new Error(`${topic}/${String(partition)} has no leader`);
    const broker = await this.#cluster.findBroker({ nodeId });
    const answer = (await broker.fetch({
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      isolationLevel: READ_COMMITTED,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset.toString(), maxBytes: FETCH_BYTES }] }],
    })) as FetchAnswer;
    return answer.responses.flatMap((response) => response.partitions.flatMap((found) => found.messages));
  }
}
