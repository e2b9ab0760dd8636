import kafkajs from 'kafkajs';

/**
 * The client library's values. It is CommonJS, and Node cannot see all of its names from outside, so they are taken from
 * its default export here and nowhere else.
 */
export const {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionTypes,
  ConfigResourceTypes,
  ConfigSource,
  Kafka,
  KafkaJSError,
  PartitionAssigners,
  ResourcePatternTypes,
  logLevel,
} = kafkajs;

/** A configured client. */
export type Kafka = InstanceType<typeof Kafka>;
/** Number of a kind of resource in an access rule. */
export type AclResourceTypes = (typeof AclResourceTypes)[keyof typeof AclResourceTypes];
/** How serious a line of the library's log is. */
export type logLevel = (typeof logLevel)[keyof typeof logLevel];
