import { setTimeout } from 'node:timers/promises';
import type { Cluster, Kafka } from 'kafkajs';
import { capturedCluster } from './captured-cluster.js';
import { KafkaJSError } from './kafkajs.js';
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

/** Reads ranges of partitions without a consumer group. */
export class RangeReader {
  readonly #cluster: Cluster;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#cluster = capturedCluster(kafka);
  }

  /**
   * Records with `from <= offset < to` as the broker hands them over, some megabytes at a time; both ends must lie within what
   * the partition holds. What comes next is asked for while the last is being worked on.
   */
  async *batches(
    topic: string,
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncGenerator<ConsumedRecord[]> {
    if (from >= to) return;
    let next = from;
    let upcoming = this.#fetch(topic, partition, next);
    while (next < to) {
      const messages = await upcoming;
      const last = messages.at(-1);
      const behind = last === undefined ? next : BigInt(last.offset) + 1n;
      if (behind < to) {
        upcoming = this.#fetch(topic, partition, behind);
        upcoming.catch(() => undefined); // whoever stops reading never hears of it
      }
      const records = within(messages, next, to);
      next = behind;
      if (records.length > 0) yield records;
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

/** The records of a range; the broker returns whole stored batches, and marks of transactions among them. */
function within(messages: readonly FetchedMessage[], from: bigint, to: bigint): ConsumedRecord[] {
  const records: ConsumedRecord[] = [];
  for (const message of messages) {
    if (message.isControlRecord === true) continue;
    const record = toRecord(message);
    if (record.offset >= from && record.offset < to) records.push(record);
  }
  return records;
}
