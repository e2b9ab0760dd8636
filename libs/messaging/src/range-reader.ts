import { setTimeout } from 'node:timers/promises';
import type { Cluster, Kafka, PartitionAssigner } from 'kafkajs';
import { KafkaJSError, PartitionAssigners } from './kafkajs.js';
import type { ConsumedRecord } from './log-client.js';
import { toRecord } from './record-codec.js';
import type { RawMessage } from './record-codec.js';

/** Bytes asked for in one request of a range read. */
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 250;
const READ_COMMITTED = 1;
/** Requests for one offset before a read gives up; between them the leader is looked up again. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

type FetchedMessage = RawMessage & { isControlRecord?: boolean };

interface FetchAnswer {
  responses: { partitions: { messages: FetchedMessage[] }[] }[];
}

function isRetriable(error: unknown): boolean {
  return error instanceof KafkaJSError && error.retriable;
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

  /** A partition's leader may have moved since it was looked up: any failure looks it up again. */
  async #fetch(topic: string, partition: number, offset: bigint): Promise<FetchedMessage[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#fetchOnce(topic, partition, offset);
      } catch (error) {
        if (attempt === ATTEMPTS || !isRetriable(error)) throw error;
        await setTimeout(PAUSE_MS);
        await this.#cluster.refreshMetadata().catch(() => undefined);
      }
    }
  }

  async #fetchOnce(topic: string, partition: number, offset: bigint): Promise<FetchedMessage[]> {
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
