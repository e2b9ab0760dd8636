import pg from 'pg';
import {
  BatchConsumerStrategy,
  BOROUGH_CODES,
  KafkaLog,
  PositionsMoved,
  topicName,
} from '@probity/messaging';
import type {
  Batch,
  BrokerLogger,
  ConsumerHealth,
  PartitionEnd,
  StallLimits,
  TopicPartition,
} from '@probity/messaging';
import type { Clock, StackConfig } from '@probity/platform';
import { CheckpointMoved, ProjectionChanged, catchUp, readCheckpoints } from '@probity/projection';
import type {
  CaseLeases,
  Checkpoint,
  Parking,
  ProjectionRunner,
  RecordState,
  RunnerStats,
} from '@probity/projection';
import type { CatchUpBeside, CatchUpOrder } from '../catch-up/catch-up-port.js';
import { RunnerFactory } from '../catch-up/runner-factory.js';
import { GenerationRegistry } from '../generations/generation-registry.js';
import { keptRecords } from '../parked/kept-records.js';
import type { HostedProjection } from '../projections/hosted-projection.js';
import { backlogOf, describeFailure } from './consumer-progress.js';

/** Connections of one projection to its database. */
const POOL_SIZE = 8;

/** Records behind from which a catch-up is worth threads of its own. */
const BESIDE_FROM = 5_000n;

/** Lends `case` subkeys and can be told that it is no longer needed. */
export interface ClosableLeases extends CaseLeases {
  close?(): Promise<void>;
}

const NOTHING_YET: Readonly<RunnerStats> = {
  applied: 0,
  duplicates: 0,
  parked: 0,
  rejected: 0,
  batches: 0,
  transactions: 0,
};

/** What a host is made from. */
export interface HostOptions {
  readonly projection: HostedProjection;
  readonly config: StackConfig;
  readonly leases: ClosableLeases;
  /** Boroughs whose topics are read; all of them unless given. */
  readonly boroughs?: readonly string[];
  readonly logger?: BrokerLogger;
  readonly clock: Clock;
  readonly stallLimits?: StallLimits;
  /** Catches up beside this event loop; without it everything is applied on it. */
  readonly catchUpBeside?: CatchUpBeside;
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

/** Why a projection applies nothing: another definition built the live generation. */
export interface Hold {
  readonly detail: string;
  readonly remedy: string;
}

/**
 * One projection in this process: its consumer group, its principal, its database role, and the runner of the live generation. When
 * another definition built that generation, the projection is held: it applies nothing and looks again, until one that this code
 * builds is live.
 */
export class ProjectionHost {
  readonly strategy: BatchConsumerStrategy;
  readonly pool: pg.Pool;
  readonly projection: HostedProjection;
  readonly generations: GenerationRegistry;
  readonly log: KafkaLog;
  /** The broker's names of the topics that are read. */
  readonly topics: readonly string[];
  readonly #runners: RunnerFactory;
  readonly #prefix: string;
  readonly #options: HostOptions;
  #live: { readonly generation: number; readonly runner: ProjectionRunner<RecordState> } | undefined;
  #hold: Hold | null = null;
  /** Where the consumer waits while the projection is held. */
  #heldAt = new Map<string, bigint>();

  constructor(options: HostOptions) {
    const { projection, config } = options;
    this.projection = projection;
    this.#options = options;
    const prefix = (this.#prefix = config.topicPrefix);
    this.topics = (options.boroughs ?? BOROUGH_CODES).map((code) =>
      topicName(`${projection.topics}.${code}`, prefix),
    );
    this.pool = new pg.Pool({
      ...config.pg(projection.databaseRole, 'probity_views'),
      max: POOL_SIZE,
      application_name: projection.identity,
    });
    this.pool.on('error', () => undefined); // an idle connection that ends is replaced; the next query tells
    this.generations = new GenerationRegistry(this.pool, projection.name);
    this.#runners = new RunnerFactory({
      projection,
      config,
      pool: this.pool,
      leases: options.leases,
      now: () => options.clock.now(),
      onParked: (sentence) => options.onFailure?.(sentence),
    });
    const { logger } = options;
    const client = {
      connection: config.kafka(projection.identity),
      clientId: projection.identity,
      ...(logger && { logger }),
    };
    this.log = new KafkaLog(client);
    this.strategy = new BatchConsumerStrategy({
      client,
      groupId: topicName(projection.name, prefix),
      topics: this.topics,
      pattern: `projection.${projection.name}`,
      positions: {
        load: (at) => this.#load(at),
        position: (topic, partition) => this.#position(topic, partition),
      },
      ...(options.stallLimits && { stallLimits: options.stallLimits }),
      catchUp: (ends, signal) => this.#catchUp(ends, signal),
      onFatal: options.onFatal,
      onFailure: (at, error) => {
        if (!this.#hold) options.onFailure?.(describeFailure(at, error));
      },
    });
  }

  /** A runner for one generation of this projection, by this code's definition. */
  runnerOf(schema: string, generation: number): ProjectionRunner<RecordState> {
    return this.#runners.make(schema, generation);
  }

  /** What is parked in one generation of this projection, by this code's definition. */
  parkingOf(schema: string, generation: number): Parking<RecordState> {
    return this.#runners.parking(schema, generation, keptRecords(this.log));
  }

  /**
   * Brings a generation to some positions of its topics: a little way at once, a long way beside this event loop. The runner then
   * stands where the database says.
   */
  async bring(
    runner: ProjectionRunner<RecordState>,
    { schema, generation, targets }: CatchUpOrder,
    watch: { signal: AbortSignal; onApplied?: (records: number) => void },
  ): Promise<void> {
    const { catchUpBeside, onFailure } = this.#options;
    if (!catchUpBeside || backlogOf(runner, targets) < BESIDE_FROM)
      return catchUp(runner, this.log, targets, watch);
    const onParked = (sentence: string): void => onFailure?.(sentence);
    try {
      await catchUpBeside({ schema, generation, targets }, { ...watch, onParked });
    } finally {
      await runner.load();
    }
  }

  /** Why nothing is applied; null while events are. */
  get hold(): Hold | null {
    return this.#hold;
  }

  /** Counts of the runner of the live generation, since this process took it up. */
  get stats(): Readonly<RunnerStats> {
    return this.#live?.runner.stats ?? NOTHING_YET;
  }

  consumerHealth(): ConsumerHealth {
    return this.strategy.consumerHealth();
  }

  /** Checkpoints of the live generation as they stand in the database, whoever built it. */
  checkpoints(): Promise<Checkpoint[]> {
    return readCheckpoints(this.pool, this.projection.name, this.projection.name);
  }

  /** Applies one batch, in the words of the transport: read positions again, or try again. */
  async apply(batch: Batch): Promise<void> {
    const { topic, partition } = batch;
    if (this.#hold || !this.#live) throw new PositionsMoved({ topic, partition });
    try {
      await this.#live.runner.process(batch);
    } catch (error) {
      if (error instanceof CheckpointMoved) throw new PositionsMoved({ topic, partition });
      throw error;
    }
  }

  /** Looks again which generation is live and goes on from its checkpoints. For whoever has just changed it. */
  async takeUpLive(): Promise<void> {
    await this.strategy.reposition();
  }

  /** Checkpoints beside the ends of their partitions, both read now. */
  async report(): Promise<CheckpointReport[]> {
    const [checkpoints, marks] = await Promise.all([
      this.checkpoints(),
      Promise.all(this.topics.map(async (topic) => [topic, await this.log.topicMarks(topic)] as const)),
    ]);
    const ends = new Map(
      marks.flatMap(([topic, found]) => [...found].map(([p, { high }]) => [`${topic}/${String(p)}`, high])),
    );
    return checkpoints.map((checkpoint) => {
      const end = ends.get(`${this.brokerTopic(checkpoint.topic)}/${String(checkpoint.partition)}`);
      return { ...checkpoint, highWatermark: end ?? checkpoint.nextOffset };
    });
  }

  /** The broker's name of a topic as events name it. */
  brokerTopic(topic: string): string {
    return topicName(topic, this.#prefix);
  }

  /** A topic as events name it. */
  eventTopic(topic: string): string {
    return topic.slice(this.#prefix.length);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.#options.leases.close?.();
    await this.pool.end();
  }

  async #load(partitions: readonly TopicPartition[]): Promise<void> {
    const generation = await this.generations.live();
    const known = this.#live?.generation === generation ? this.#live : undefined;
    const runner = known?.runner ?? this.runnerOf(this.projection.name, generation);
    try {
      if (known) await runner.load();
      else await runner.start(partitions);
      this.#live = { generation, runner };
      this.#hold = null;
    } catch (error) {
      if (!(error instanceof ProjectionChanged)) throw error;
      this.#live = undefined;
      await this.#holdUntilRebuilt();
    }
  }

  async #catchUp(ends: readonly PartitionEnd[], signal: AbortSignal): Promise<void> {
    if (!this.#live) return;
    const { runner, generation } = this.#live;
    const targets = ends.map(({ topic, partition, end }) => ({ topic, partition, to: end }));
    await this.bring(runner, { schema: this.projection.name, generation, targets }, { signal });
  }

  async #holdUntilRebuilt(): Promise<void> {
    const { name } = this.projection;
    this.#heldAt = new Map(
      (await this.checkpoints()).map((row) => [
        `${this.brokerTopic(row.topic)}/${String(row.partition)}`,
        row.nextOffset,
      ]),
    );
    if (this.#hold) return;
    this.#hold = {
      detail: `another definition built the live generation of ${name}, which stays as it is`,
      remedy: `run probity projection rebuild ${name}`,
    };
    this.#options.onFailure?.(`${this.#hold.detail}: ${this.#hold.remedy}`);
  }

  #position(topic: string, partition: number): bigint {
    return (
      this.#live?.runner.position(topic, partition) ?? this.#heldAt.get(`${topic}/${String(partition)}`) ?? 0n
    );
  }
}
