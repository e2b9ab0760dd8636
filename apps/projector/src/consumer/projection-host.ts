import pg from 'pg';
import { WriterRegistry, definitionOf } from '@probity/events';
import type { WriterRegistryFile } from '@probity/events';
import {
  BatchConsumerStrategy,
  BOROUGH_CODES,
  HaltPartition,
  KafkaLog,
  PositionsMoved,
  topicName,
} from '@probity/messaging';
import type { Batch, BrokerLogger, ConsumerHealth, TopicPartition } from '@probity/messaging';
import { ConfigError, readStackFile } from '@probity/platform';
import type { Clock, StackConfig } from '@probity/platform';
import { CheckpointMoved, ProjectionChanged, ProjectionRunner, nameOf } from '@probity/projection';
import type {
  CaseLeases,
  Checkpoint,
  OpenCase,
  ParkedEvent,
  RecordState,
  RunnerStats,
} from '@probity/projection';
import { open, sealContextOf } from '@probity/sealing';
import type { HostedProjection } from '../projections/hosted-projection.js';

/** Connections of one projection to its database. */
const POOL_SIZE = 4;

/** Lends `case` subkeys and can be told that it is no longer needed. */
export interface ClosableLeases extends CaseLeases {
  close?(): Promise<void>;
}

/** What a host is made from. */
export interface HostOptions {
  readonly projection: HostedProjection;
  readonly config: StackConfig;
  readonly leases: ClosableLeases;
  /** Boroughs whose topics are read; all of them unless given. */
  readonly boroughs?: readonly string[];
  readonly logger?: BrokerLogger;
  readonly clock: Clock;
  /** Told of each batch that failed and of what was parked, with a sentence that is safe to log. */
  readonly onFailure?: (sentence: string) => void;
  /** Told once when the consumer is beyond recovery. */
  readonly onFatal: (reason: string) => void;
}

/** A checkpoint beside the end of its partition. */
export interface CheckpointReport extends Checkpoint {
  /** Offset that the next record will get. */
  readonly highWatermark: bigint;
}

const openCase: OpenCase = (key, event, recordId, envelope) => {
  const context = sealContextOf(
    event.header,
    { recordId, dekVersion: key.dekVersion },
    definitionOf(event.header.type).schemaVersion,
  );
  return open(key.subkey, 'case', context, envelope);
};

/** One projection in this process: its consumer group, its principal, its database role, its runner. */
export class ProjectionHost {
  readonly strategy: BatchConsumerStrategy;
  readonly pool: pg.Pool;
  readonly projection: HostedProjection;
  readonly #runner: ProjectionRunner<RecordState>;
  readonly #log: KafkaLog;
  readonly #topics: readonly string[];
  readonly #prefix: string;
  readonly #leases: ClosableLeases;
  #hasStarted = false;

  constructor(options: HostOptions) {
    const { projection, config } = options;
    this.projection = projection;
    this.#leases = options.leases;
    const prefix = (this.#prefix = config.topicPrefix);
    this.#topics = (options.boroughs ?? BOROUGH_CODES).map((code) =>
      topicName(`${projection.topics}.${code}`, prefix),
    );
    this.pool = new pg.Pool({
      ...config.pg(projection.databaseRole, 'probity_views'),
      max: POOL_SIZE,
      application_name: projection.identity,
    });
    this.pool.on('error', () => undefined); // an idle connection that ends is replaced; the next query tells
    const writers = new WriterRegistry(JSON.parse(readStackFile(config.paths.writers)) as WriterRegistryFile);
    this.#runner = new ProjectionRunner({
      definition: projection.definition,
      pool: this.pool,
      writers,
      leases: options.leases,
      open: openCase,
      topicPrefix: prefix,
      now: () => options.clock.now(),
      onParked: (events) => {
        const sentence = alarmOf(events);
        if (sentence !== null) options.onFailure?.(sentence);
      },
    });
    const { logger } = options;
    const client = {
      connection: config.kafka(projection.identity),
      clientId: projection.identity,
      ...(logger && { logger }),
    };
    this.#log = new KafkaLog(client);
    this.strategy = new BatchConsumerStrategy({
      client,
      groupId: topicName(projection.name, prefix),
      topics: this.#topics,
      pattern: `projection.${projection.name}`,
      positions: {
        load: (at) => this.#load(at),
        position: (topic, partition) => this.#runner.position(topic, partition),
      },
      onFatal: options.onFatal,
      onFailure: (at, error) => options.onFailure?.(describe(at, error)),
    });
  }

  get stats(): Readonly<RunnerStats> {
    return this.#runner.stats;
  }

  consumerHealth(): ConsumerHealth {
    return this.strategy.consumerHealth();
  }

  /** Checkpoints as they stand in the database. */
  checkpoints(): Promise<Checkpoint[]> {
    return this.#runner.checkpoints();
  }

  /** Applies one batch, in the words of the transport: read positions again, or try again. */
  async apply(batch: Batch): Promise<void> {
    try {
      await this.#runner.process(batch);
    } catch (error) {
      const { topic, partition } = batch;
      if (error instanceof CheckpointMoved) throw new PositionsMoved({ topic, partition });
      throw error;
    }
  }

  /** Checkpoints beside the ends of their partitions, both read now. */
  async report(): Promise<CheckpointReport[]> {
    const [checkpoints, marks] = await Promise.all([
      this.#runner.checkpoints(),
      Promise.all(this.#topics.map(async (topic) => [topic, await this.#log.topicMarks(topic)] as const)),
    ]);
    const ends = new Map(
      marks.flatMap(([topic, found]) => [...found].map(([p, { high }]) => [`${topic}/${String(p)}`, high])),
    );
    return checkpoints.map((checkpoint) => {
      const end = ends.get(`${topicName(checkpoint.topic, this.#prefix)}/${String(checkpoint.partition)}`);
      return { ...checkpoint, highWatermark: end ?? checkpoint.nextOffset };
    });
  }

  async close(): Promise<void> {
    await this.#log.close();
    await this.#leases.close?.();
    await this.pool.end();
  }

  async #load(partitions: readonly { topic: string; partition: number }[]): Promise<void> {
    try {
      if (this.#hasStarted) return await this.#runner.load();
      await this.#runner.start(partitions);
      this.#hasStarted = true;
    } catch (error) {
      if (error instanceof ProjectionChanged) {
        const { projection } = error;
        throw new ConfigError(
          `The read model ${projection} was built by another definition of the projection`,
          `run probity projection rebuild ${projection}`,
        );
      }
      throw error;
    }
  }
}

function describe(at: TopicPartition, error: unknown): string {
  if (error instanceof HaltPartition || error instanceof PositionsMoved) return error.message;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  const name = error instanceof Error ? error.name : 'unknown error';
  return `${at.topic}/${String(at.partition)}: ${name}${code}; it will be tried again`;
}

/** One line for what a transaction parked, by its first event; null when all of it waits behind what was told before. */
function alarmOf(events: readonly ParkedEvent[]): string | null {
  const causes = events.filter(({ kind }) => kind !== 'BEHIND');
  const [first] = causes;
  if (!first) return null;
  const others = causes.length > 1 ? `, and ${String(causes.length - 1)} more` : '';
  const what = first.kind === 'REJECTED' ? 'rejected' : 'parked with its record';
  return `${nameOf(first.position)} ${what}: ${first.code}: ${first.reason}${others}`;
}
