import type { Cluster, Kafka, PartitionAssigner } from 'kafkajs';
import { PartitionAssigners } from './kafkajs.js';

/**
 * A cluster of the client library of its own, without a consumer group: no group rights, no rebalance, no committed offset. The
 * library hands its cluster to partition assigners, and a cluster can ask a leader directly.
 */
export function capturedCluster(kafka: Kafka): Cluster {
  let cluster: Cluster | undefined;
  const capture: PartitionAssigner = (config) => {
    cluster = config.cluster;
    return PartitionAssigners.roundRobin(config);
  };
  // The group id is never sent: this consumer neither subscribes nor runs.
  kafka.consumer({ groupId: 'range-reader', partitionAssigners: [capture], allowAutoTopicCreation: false });
  if (!cluster) throw new Error('the Kafka client did not offer its cluster');
  return cluster;
}
