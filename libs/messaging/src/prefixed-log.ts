import type { LogClient } from './log-client.js';
import { topicName } from './topic-names.js';

/** A log as a relay and a recovery need it: logical topic names, whatever prefix they carry on the broker. */
export type PrefixedLog = Pick<LogClient, 'send' | 'exists' | 'endOffset' | 'marks' | 'read'>;

/** The same log under logical topic names; the prefix sets test runs apart and is empty in a real installation. */
export function onPrefixedTopics(log: PrefixedLog, prefix: string): PrefixedLog {
  return {
    send: (topic, partition, records) => log.send(topicName(topic, prefix), partition, records),
    exists: (topic) => log.exists(topicName(topic, prefix)),
    marks: (topic, partition) => log.marks(topicName(topic, prefix), partition),
    endOffset: (topic, partition) => log.endOffset(topicName(topic, prefix), partition),
    read: (topic, partition, from, to) => log.read(topicName(topic, prefix), partition, from, to),
  };
}
