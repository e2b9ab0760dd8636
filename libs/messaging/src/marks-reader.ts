import type { Cluster, Kafka } from 'kafkajs';
import { capturedCluster } from './captured-cluster.js';
import type { PartitionMarks } from './log-client.js';

/** Marks of every partition, by topic and partition; a topic that does not exist is absent. */
export type TopicMarks = ReadonlyMap<string, ReadonlyMap<number, PartitionMarks>>;

// The protocol's names for the two ends of a partition.
const EARLIEST = -2;
const LATEST = -1;
const READ_COMMITTED = 1;

interface OffsetsAnswer {
  responses: { topic: string; partitions: { partition: number; offset: string }[] }[];
}

/** What the client library has and does not declare. */
interface AskableBroker {
  listOffsets(request: {
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<OffsetsAnswer>;
}

/** Reads the marks of many topics in three requests, however many topics there are. Needs DESCRIBE on each. */
export class MarksReader {
  readonly #cluster: Cluster;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#cluster = capturedCluster(kafka);
  }

  /** Rejects with an error of the client library when a broker does not answer, or a leader has just moved. */
  async read(topics: readonly string[]): Promise<TopicMarks> {
    await (this.#connected ??= this.#cluster.connect());
    const byLeader = await this.#leadersOf(new Set(topics));
    const marks = new Map<string, Map<number, PartitionMarks>>();
    for (const [nodeId, lanes] of byLeader) {
      const broker = (await this.#cluster.findBroker({ nodeId })) as unknown as AskableBroker;
      // The high marks last: a record that is older than the question is below them.
      const low = await offsetsOf(broker, lanes, EARLIEST);
      const high = await offsetsOf(broker, lanes, LATEST);
      for (const [topic, partitions] of lanes) {
        const found = marks.get(topic) ?? new Map<number, PartitionMarks>();
        marks.set(topic, found);
        for (const partition of partitions) {
          const lane = `${topic}/${String(partition)}`;
          found.set(partition, { low: low.get(lane) ?? 0n, high: high.get(lane) ?? 0n });
        }
      }
    }
    return marks;
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#cluster.disconnect();
    this.#connected = undefined;
  }

  // All topics are asked for, because asking for one that is gone fails the whole request.
  async #leadersOf(wanted: ReadonlySet<string>): Promise<Map<string, Map<string, number[]>>> {
    const { topicMetadata } = await this.#cluster.metadata();
    const byLeader = new Map<string, Map<string, number[]>>();
    for (const { topic, partitionMetadata } of topicMetadata) {
      if (!wanted.has(topic)) continue;
      for (const { partitionId, leader } of partitionMetadata) {
        const lanes = byLeader.get(String(leader)) ?? new Map<string, number[]>();
        byLeader.set(String(leader), lanes);
        lanes.set(topic, [...(lanes.get(topic) ?? []), partitionId]);
      }
    }
    return byLeader;
  }
}

async function offsetsOf(
  broker: AskableBroker,
  lanes: ReadonlyMap<string, readonly number[]>,
  timestamp: number,
): Promise<Map<string, bigint>> {
  const topics = [...lanes].map(([topic, partitions]) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, timestamp })),
  }));
  const { responses } = await broker.listOffsets({ isolationLevel: READ_COMMITTED, topics });
  return new Map(
    responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [`${topic}/${String(partition)}`, BigInt(offset)] as const),
    ),
  );
}
