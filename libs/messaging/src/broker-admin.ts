import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ConfigSource,
  ResourcePatternTypes,
} from './kafkajs.js';
import type { AclEntry, Admin, DescribeAclResource, ITopicConfig } from 'kafkajs';
import { kafkaClient } from './connection.js';
import type { KafkaClientOptions } from './connection.js';

/** One topic of the manifest. `config` holds topic-level settings by their broker names; partitions are fixed for life. */
export interface TopicSpec {
  name: string;
  partitions: number;
  replication: number;
  config: Record<string, string>;
}

export const ACCESS_OPERATIONS = ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE', 'ALL'] as const; // prettier-ignore
/** What a principal may do, by the broker's own operation names. */
export type AccessOperation = (typeof ACCESS_OPERATIONS)[number];

/** One access right: this principal may do this to these resources. The broker denies whatever no rule allows. */
export interface AccessRule {
  principal: string;
  resource: 'topic' | 'group' | 'cluster';
  name: string;
  pattern: 'literal' | 'prefixed';
  operation: AccessOperation;
}

/** Administration of the brokers, used by set-up and start-up checks only. */
export interface BrokerAdmin {
  /** Creates the topics that are missing and returns their names. Never alters a topic that exists: see {@link topicDrift}. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<string[]>;
  /** Removes topics with everything in them: for tests of a loss, and for a topic that is to begin anew. */
  removeTopics(names: readonly string[]): Promise<void>;
  /** Every topic except the broker's own, with the settings that were set on the topic itself. */
  liveTopics(): Promise<TopicSpec[]>;
  /** Removes every record below `offset` from a partition, for ever (Kafka DeleteRecords); no part of the system asks for it. */
  deleteRecords(topic: string, partition: number, offset: bigint): Promise<void>;
  /** Removes a topic with everything in it, for ever; no part of the system asks for it. */
  deleteTopic(topic: string): Promise<void>;
  /** Creates the rules that are missing and returns them. Rules that are not listed stay: remove them with {@link removeAcls}. */
  ensureAcls(rules: readonly AccessRule[]): Promise<AccessRule[]>;
  /** Removes exactly these rules. */
  removeAcls(rules: readonly AccessRule[]): Promise<void>;
  /** Every allowing rule in force. */
  liveAcls(): Promise<AccessRule[]>;
  close(): Promise<void>;
}

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  cluster: AclResourceTypes.CLUSTER,
} as const;
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefixed: ResourcePatternTypes.PREFIXED } as const;

function ruleKey(rule: AccessRule): string {
  return [rule.principal, rule.resource, rule.pattern, rule.name, rule.operation].join('|');
}

function toEntry(rule: AccessRule): AclEntry {
  return {
    principal: `User:${rule.principal}`,
    host: '*',
    operation: AclOperationTypes[rule.operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: RESOURCES[rule.resource],
    resourceName: rule.name,
    resourcePatternType: PATTERNS[rule.pattern],
  };
}

function toRules(resource: DescribeAclResource): AccessRule[] {
  const kinds = Object.entries(RESOURCES) as [AccessRule['resource'], AclResourceTypes][];
  const kind = kinds.find(([, type]) => type === resource.resourceType)?.[0];
  if (!kind) return [];
  const pattern = resource.resourcePatternType === ResourcePatternTypes.PREFIXED ? 'prefixed' : 'literal';
  return resource.acls
    .filter((acl) => acl.permissionType === AclPermissionTypes.ALLOW)
    .flatMap((acl) => {
      const operation = ACCESS_OPERATIONS.find((name) => AclOperationTypes[name] === acl.operation);
      const principal = acl.principal.replace(/^User:/, '');
      return operation
        ? [{ principal, resource: kind, name: resource.resourceName, pattern, operation }]
        : [];
    });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** {@link BrokerAdmin} over the Kafka protocol. Connects on first use. */
export class KafkaBrokerAdmin implements BrokerAdmin {
  readonly #admin: Admin;
  #connected: Promise<void> | undefined;

  constructor(options: KafkaClientOptions) {
    this.#admin = kafkaClient(options).admin();
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<string[]> {
    const admin = await this.#ready();
    const present = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !present.has(spec.name));
    if (missing.length === 0) return [];
    const topics = missing.map((spec): ITopicConfig => ({
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: spec.replication,
      configEntries: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
    }));
    await admin.createTopics({ topics, waitForLeaders: true, timeout: 30_000 });
    return missing.map((spec) => spec.name);
  }

  async removeTopics(names: readonly string[]): Promise<void> {
    const admin = await this.#ready();
    await admin.deleteTopics({ topics: [...names], timeout: 30_000 });
  }

  async liveTopics(): Promise<TopicSpec[]> {
    const admin = await this.#ready();
    const names = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
    if (names.length === 0) return [];
    const { topics } = await metadataOf(admin, names);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    const configs = new Map(
      resources.map((resource) => {
        const own = resource.configEntries.filter(
          (entry) => entry.configSource === ConfigSource.TOPIC_CONFIG,
        );
        return [
          resource.resourceName,
          Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue])),
        ];
      }),
    );
    return topics.map((topic) => ({
      name: topic.name,
      partitions: topic.partitions.length,
      replication: topic.partitions[0]?.replicas.length ?? 0,
      config: configs.get(topic.name) ?? {},
    }));
  }

  async deleteRecords(topic: string, partition: number, offset: bigint): Promise<void> {
    const admin = await this.#ready();
    await admin.fetchTopicOffsets(topic); // looks up the leader, which the deletion does not do by itself
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: offset.toString() }] });
  }

  async deleteTopic(topic: string): Promise<void> {
    await (await this.#ready()).deleteTopics({ topics: [topic] });
  }

  async ensureAcls(rules: readonly AccessRule[]): Promise<AccessRule[]> {
    const admin = await this.#ready();
    const present = new Set((await this.liveAcls()).map(ruleKey));
    const missing = rules.filter((rule) => !present.has(ruleKey(rule)));
    for (const part of chunks(missing, 200)) await admin.createAcls({ acl: part.map(toEntry) });
    return missing;
  }

  async removeAcls(rules: readonly AccessRule[]): Promise<void> {
    const admin = await this.#ready();
    for (const part of chunks(rules, 200)) await admin.deleteAcls({ filters: part.map(toEntry) });
  }

  async liveAcls(): Promise<AccessRule[]> {
    const admin = await this.#ready();
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    return resources.flatMap(toRules);
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#admin.disconnect();
    this.#connected = undefined;
  }

  async #ready(): Promise<Admin> {
    this.#connected ??= this.#admin.connect();
    await this.#connected;
    return this.#admin;
  }
}

/**
 * Sentences saying where the brokers differ from the manifest: a missing topic, another number of partitions or replicas, another
 * or a missing setting. Empty when they agree; start-up refuses on anything else. Extra topics are not drift.
 */
export function topicDrift(specs: readonly TopicSpec[], live: readonly TopicSpec[]): string[] {
  const byName = new Map(live.map((topic) => [topic.name, topic]));
  return specs.flatMap((spec) => {
    const topic = byName.get(spec.name);
    if (!topic) return [`${spec.name} does not exist`];
    const found: string[] = [];
    if (topic.partitions !== spec.partitions)
      found.push(
        `${spec.name} has ${String(topic.partitions)} partitions, the manifest says ${String(spec.partitions)}`,
      );
    if (topic.replication !== spec.replication)
      found.push(
        `${spec.name} has ${String(topic.replication)} replicas, the manifest says ${String(spec.replication)}`,
      );
    for (const [name, value] of Object.entries(spec.config))
      if (topic.config[name] !== value)
        found.push(
          `${spec.name} has ${name}=${topic.config[name] ?? '(broker default)'}, the manifest says ${value}`,
        );
    return found;
  });
}

/** The client has no metadata, and throws a TypeError, when its connection is replaced in the very moment in which it asks. */
async function metadataOf(admin: Admin, topics: string[]): ReturnType<Admin['fetchTopicMetadata']> {
  try {
    return await admin.fetchTopicMetadata({ topics });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return admin.fetchTopicMetadata({ topics });
  }
}
