import { setTimeout as pause } from 'node:timers/promises';
import { Server, BaseRpcContext } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import type { Consumer } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { BatchDelivery } from './batch-delivery.js';
import { RETRY, kafkaClient } from './connection.js';
import type { KafkaClientOptions } from './connection.js';
import { isBrokerAway } from './broker-away.js';
import { ConsumerMonitor, DEFAULT_STALL_LIMITS } from './consumer-health.js';
import type { ConsumerHealth, StallLimits } from './consumer-health.js';
import { KafkaLog } from './kafka-log.js';
import type { Batch, PartitionMarks } from './log-client.js';
import { outOfRange } from './partition-fault.js';
import type { PartitionEnd, PositionSource, TopicPartition } from './partition-fault.js';

// A member that died keeps its group waiting this long; sub-batches of two seconds at most leave room for heartbeats.
const SESSION_TIMEOUT_MS = 10_000;
// Batches in hand end within this. The client would say goodbye to an absent broker for minutes; the group forgets a
// silent member by itself, and a transaction that is cut off leaves nothing.
const GOODBYE_MS = 3_000;
const HEARTBEAT_INTERVAL_MS = 2_000;
const FETCH_WAIT_MS = 500;
const WATCH_INTERVAL_MS = 1_000;
// Records behind, all partitions together, from which catching up by ranges comes before the group.
const BACKLOG = 5_000n;
// How often topics that do not hold a position are looked at again: an operator is at work on them.
const WAIT_INTERVAL_MS = 1_000;

/** Settings of a {@link BatchConsumerStrategy}. */
export interface BatchConsumerOptions {
  client: KafkaClientOptions;
  groupId: string;
  /** Topics by name, from the manifest; a pattern would be resolved only once. Every one must exist. */
  topics: readonly string[];
  /** The `@EventPattern` of the handler that takes the batches. */
  pattern: string;
  positions: PositionSource;
  /**
   * Brings positions that are far behind to the given ends before the group is joined, from where it can read faster than batch by
   * batch. It may end early or fail: the group goes on from the positions as they then are.
   */
  catchUp?: (ends: readonly PartitionEnd[], signal: AbortSignal) => Promise<void>;
  /** Partitions handled side by side. Default 16. */
  concurrency?: number;
  stallLimits?: StallLimits;
  /** Called once when the consumer has crashed or has hung for twice its limit; the process is expected to exit. */
  onFatal: (reason: string) => void;
  /** Called for every failure of a batch with what is safe to log. */
  onFailure?: (at: TopicPartition, error: unknown) => void;
}

/** Context of a batch: topic and partition. */
export class BatchContext extends BaseRpcContext<[topic: string, partition: number]> {}

/**
 * Nest transport that hands whole batches of a Kafka consumer group to one handler, from positions that the reader keeps itself.
 * The handler resolves when the batch has had its whole effect, or throws: `HaltPartition`, `PositionsMoved`, anything else is
 * tried again. The handler needs {@link KeepErrors}, or the framework replaces the error.
 */
export class BatchConsumerStrategy extends Server implements CustomTransportStrategy {
  override transportId = Symbol('probity-batch-consumer');
  readonly #monitor: ConsumerMonitor;
  readonly #log: KafkaLog;
  readonly #consumer: Consumer;
  readonly #delivery: BatchDelivery;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closing = new AbortController();
  #assigned: TopicPartition[] = [];
  #watch: NodeJS.Timeout | undefined;
  #isFatal = false;

  constructor(private readonly settings: BatchConsumerOptions) {
    super();
    const now = (): number => performance.now();
    this.#monitor = new ConsumerMonitor(now, settings.stallLimits);
    this.#log = new KafkaLog(settings.client);
    this.#consumer = kafkaClient(settings.client).consumer({
      groupId: settings.groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      // A consumer that restarts by itself hides authorisation errors and programming faults.
      retry: { ...RETRY, restartOnFailure: (error) => Promise.resolve(isBrokerAway(error)) },
    });
    this.#delivery = new BatchDelivery(settings.positions, this.#monitor, {
      handle: (batch) => this.#handle(batch),
      seek: (at, offset) => {
        this.#consumer.seek({ ...at, offset: offset.toString() });
      },
      marks: (topic, partition) => this.#log.marks(topic, partition),
      assigned: () => this.#assigned,
      now,
      schedule: (delayMs, run) => {
        this.#schedule(delayMs, run);
      },
      failed: (at, error) => settings.onFailure?.(at, error),
    });
  }

  /** Progress and faults, for readiness and metrics. */
  consumerHealth(): ConsumerHealth {
    return this.#monitor.health();
  }

  /**
   * Checks positions against the topics, joins the group and begins. A position that its topic does not hold is waited for,
   * in the state `waiting`: the topic was lost or restored and is being filled again. The callback gets an error when the start
   * is refused.
   */
  listen(callback: (error?: unknown) => void): void {
    this.#start().then(() => {
      callback();
    }, callback);
  }

  /** Reads the positions afresh and goes on from them: somebody has moved them, perhaps back, and no batch may come to show it. */
  async reposition(): Promise<void> {
    this.#delivery.joined();
    await this.settings.positions.load(this.#assigned);
    this.#monitor.repositioned();
    this.#seekAll();
  }

  /** Ends after the batches in hand, and leaves the group. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#watch);
    this.#timers.forEach(clearTimeout);
    this.#monitor.stopped();
    const goodbye = Promise.allSettled([this.#consumer.disconnect(), this.#log.close()]);
    await Promise.race([goodbye, pause(GOODBYE_MS, undefined, { ref: false })]);
  }

  on(): never {
    throw new Error('this transport has no events of its own: see consumerHealth()');
  }

  unwrap<T>(): T {
    throw new Error('the client library stays inside libs/messaging');
  }

  async #start(): Promise<void> {
    this.#handler();
    const found = await this.#ends();
    if (typeof found !== 'string') {
      const backlog = this.#backlogOf(found);
      if (backlog < BACKLOG || !this.settings.catchUp) return this.#begin();
      this.#monitor.catchesUp(backlog);
      void this.#catchUp(this.settings.catchUp, found);
      return;
    }
    this.#monitor.waits(found);
    this.#schedule(WAIT_INTERVAL_MS, () => void this.#attempt(() => this.#start()));
  }

  #backlogOf(ends: readonly PartitionEnd[]): bigint {
    const { positions } = this.settings;
    return ends.reduce(
      (sum, { topic, partition, end }) => sum + end - positions.position(topic, partition),
      0n,
    );
  }

  async #catchUp(
    catchUp: NonNullable<BatchConsumerOptions['catchUp']>,
    ends: readonly PartitionEnd[],
  ): Promise<void> {
    try {
      await catchUp(ends, this.#closing.signal);
    } catch (error) {
      const [first] = ends;
      if (first) this.settings.onFailure?.(first, error);
    }
    if (!this.#closing.signal.aborted) await this.#attempt(() => this.#begin());
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#monitor.health().state === 'stopped') return;
      this.#fatal(`the consumer could not begin: ${error instanceof Error ? error.name : 'unknown error'}`);
    }
  }

  async #begin(): Promise<void> {
    this.#listenToConsumer();
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...this.settings.topics], fromBeginning: true });
    this.#watch = setInterval(() => {
      this.#watchForStall();
    }, WATCH_INTERVAL_MS).unref();
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.settings.concurrency ?? 16,
      eachBatch: async (payload) => {
        const at = { topic: payload.batch.topic, partition: payload.batch.partition };
        this.#monitor.started(at);
        try {
          await this.#delivery.deliver(payload);
        } finally {
          this.#monitor.ended(at);
        }
      },
    });
    const health = this.#monitor.health();
    if (health.state === 'crashed') throw new Error(health.detail);
  }

  /** The end of each partition, or a sentence about a topic that is not there or does not hold its position. */
  async #ends(): Promise<PartitionEnd[] | string> {
    const found: (TopicPartition & PartitionMarks)[] = [];
    // One after the other: the client updates its list of topics under a lock that gives up when many wait for it.
    for (const topic of this.settings.topics) {
      if (!(await this.#log.exists(topic))) return `the topic ${topic} is not there`;
      for (const [partition, mark] of await this.#log.topicMarks(topic))
        found.push({ topic, partition, ...mark });
    }
    await this.settings.positions.load(found.map(({ topic, partition }) => ({ topic, partition })));
    for (const { topic, partition, low, high } of found) {
      const offset = this.settings.positions.position(topic, partition);
      if (offset < low || offset > high) return outOfRange({ topic, partition, offset }, low, high);
    }
    return found.map(({ topic, partition, high }) => ({ topic, partition, end: high }));
  }

  #listenToConsumer(): void {
    const { GROUP_JOIN, FETCH, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#monitor.joined(this.#assigned);
      this.#delivery.joined();
      // Before this listener returns: the first fetch of the new generation follows at once, and only a seek survives the join.
      this.#seekAll();
    });
    this.#consumer.on(FETCH, () => {
      this.#monitor.fetched();
    });
    this.#consumer.on(CRASH, ({ payload }) => {
      // The client starts again by itself, and every join seeks to our own positions.
      if (payload.restart) return;
      this.#monitor.crashed(payload.error.name);
      this.#fatal(`the consumer ended: ${payload.error.name}`);
    });
  }

  #seekAll(): void {
    for (const at of this.#assigned) {
      if (!this.#monitor.isHalted(at))
        this.#consumer.resume([{ topic: at.topic, partitions: [at.partition] }]);
      const offset = this.settings.positions.position(at.topic, at.partition);
      this.#consumer.seek({ ...at, offset: offset.toString() });
    }
  }

  async #handle(batch: Batch): Promise<void> {
    const context = new BatchContext([batch.topic, batch.partition]);
    const result: unknown = await this.#handler()(batch, context);
    await lastValueFrom(this.transformToObservable(result as Promise<unknown>), { defaultValue: undefined });
  }

  #handler(): MessageHandler<Batch, BatchContext> {
    const handler: MessageHandler<Batch, BatchContext> | null = this.getHandlerByPattern(
      this.settings.pattern,
    );
    if (!handler) throw new Error(`no handler has the event pattern ${this.settings.pattern}`);
    return handler;
  }

  #watchForStall(): void {
    const { batchMs, fetchMs } = this.settings.stallLimits ?? DEFAULT_STALL_LIMITS;
    const { state, detail, oldestBatchMs, lastFetchMs } = this.#monitor.health();
    const isLost =
      (oldestBatchMs ?? 0) > 2 * batchMs || (oldestBatchMs === null && (lastFetchMs ?? 0) > 2 * fetchMs);
    if (state === 'stuck' && isLost) this.#fatal(detail);
  }

  #fatal(reason: string): void {
    if (this.#isFatal) return;
    this.#isFatal = true;
    this.settings.onFatal(reason);
  }

  #schedule(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs).unref();
    this.#timers.add(timer);
  }
}
