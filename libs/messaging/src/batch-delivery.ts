import type { EachBatchPayload } from 'kafkajs';
import { BatchSizer } from './batch-sizer.js';
import type { ConsumerMonitor } from './consumer-health.js';
import type { Batch, PartitionMarks } from './log-client.js';
import { HaltPartition, PositionsMoved } from './partition-fault.js';
import type { PositionSource, TopicPartition } from './partition-fault.js';
import { toRecord } from './record-codec.js';

/** Pause after the first transient failure and the longest one, in milliseconds; it doubles in between. */
const BACKOFF_START_MS = 250;
const BACKOFF_MAX_MS = 30_000;
/** Seeks in a row that did not bring the expected record, after which the offset counts as missing from the log. */
const REALIGNMENTS_BEFORE_HALT = 3;
/** Least time between two telemetry commits, in milliseconds. */
const COMMIT_INTERVAL_MS = 2_000;

/** What a delivery needs from the consumer around it. */
export interface DeliveryPort {
  handle(batch: Batch): Promise<void>;
  seek(at: TopicPartition, offset: bigint): void;
  marks(topic: string, partition: number): Promise<PartitionMarks>;
  assigned(): readonly TopicPartition[];
  now(): number;
  schedule(delayMs: number, run: () => void): void;
  failed(at: TopicPartition, error: unknown): void;
}

/**
 * Takes fetched batches to the handler: only from the expected position, in sub-batches with a heartbeat between them, never past a
 * failure. A transient failure pauses the partition and tries again later; a permanent one halts it.
 */
export class BatchDelivery {
  readonly #sizers = new Map<string, BatchSizer>();
  readonly #realignments = new Map<string, number>();
  #confirmed: Promise<void> | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly positions: PositionSource,
    private readonly monitor: ConsumerMonitor,
    private readonly port: DeliveryPort,
  ) {}

  /** A new generation of the group: positions are read again before its first batch is handed over. */
  joined(): void {
    this.#confirmed = undefined;
  }

  /** Rejects only with errors of the client library (a rebalance during a heartbeat); everything else is dealt with here. */
  async deliver(payload: EachBatchPayload): Promise<void> {
    const at = { topic: payload.batch.topic, partition: payload.batch.partition };
    if (this.monitor.isHalted(at)) return void payload.pause();
    try {
      if (!(await this.#isAligned(payload, at))) return;
    } catch (error) {
      this.#settle(payload, at, error);
      return;
    }
    await this.#deliverSlices(payload, at);
    await this.#commitTelemetry(payload);
  }

  async #deliverSlices(payload: EachBatchPayload, at: TopicPartition): Promise<void> {
    const { messages, highWatermark } = payload.batch;
    const sizer = this.#sizer(at);
    for (let start = 0; start < messages.length;) {
      if (!payload.isRunning() || payload.isStale()) return;
      const slice = messages.slice(start, start + sizer.size);
      const began = this.port.now();
      try {
        await this.port.handle({ ...at, records: slice.map(toRecord), highWatermark: BigInt(highWatermark) });
      } catch (error) {
        this.#settle(payload, at, error);
        return;
      }
      sizer.observe(slice.length, this.port.now() - began);
      this.monitor.progressed(at);
      payload.resolveOffset(slice.at(-1)?.offset ?? payload.batch.lastOffset());
      start += slice.length;
      await payload.heartbeat();
    }
  }

  /** The first record must be the one that the position names: a rejoin, a reset or a cut log shows here. */
  async #isAligned(payload: EachBatchPayload, at: TopicPartition): Promise<boolean> {
    const first = payload.batch.messages[0];
    if (!first || payload.isStale()) return false;
    await (this.#confirmed ??= this.#confirm());
    const expected = this.positions.position(at.topic, at.partition);
    const found = BigInt(first.offset);
    const name = `${at.topic}/${String(at.partition)}`;
    if (found === expected) {
      this.#realignments.delete(name);
      return true;
    }
    const { low, high } = await this.port.marks(at.topic, at.partition);
    const position = { ...at, offset: expected };
    if (low > expected) throw new HaltPartition(position, 'LOG_CUT', `the topic begins at ${String(low)}`);
    if (high < expected) throw new HaltPartition(position, 'LOG_SHORT', `the topic ends at ${String(high)}`);
    const tries = (this.#realignments.get(name) ?? 0) + 1;
    this.#realignments.set(name, tries);
    if (tries > REALIGNMENTS_BEFORE_HALT)
      throw new HaltPartition(position, 'LOG_GAP', `the topic gives ${String(found)} instead`);
    this.port.seek(at, expected);
    return false;
  }

  async #confirm(): Promise<void> {
    try {
      await this.positions.load(this.port.assigned());
    } catch (error) {
      this.#confirmed = undefined;
      throw error;
    }
  }

  #settle(payload: EachBatchPayload, at: TopicPartition, error: unknown): void {
    if (error instanceof HaltPartition) {
      payload.pause();
      this.monitor.halt({ ...error.position, code: error.code, reason: error.reason });
      this.port.failed(at, error);
      return;
    }
    if (error instanceof PositionsMoved) this.#confirmed = undefined;
    const attempts = this.monitor.failed(at, error instanceof Error ? error.name : 'Error');
    const resume = payload.pause();
    this.port.failed(at, error);
    this.port.schedule(Math.min(BACKOFF_MAX_MS, BACKOFF_START_MS * 2 ** (attempts - 1)), () => {
      resume();
    });
  }

  async #commitTelemetry(payload: EachBatchPayload): Promise<void> {
    if (this.port.now() - this.#lastCommit < COMMIT_INTERVAL_MS) return;
    this.#lastCommit = this.port.now();
    // Only for tools that show lag by group. Nothing reads it back, so a failure is of no consequence.
    await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets()).catch(() => undefined);
  }

  #sizer(at: TopicPartition): BatchSizer {
    const name = `${at.topic}/${String(at.partition)}`;
    const known = this.#sizers.get(name) ?? new BatchSizer();
    this.#sizers.set(name, known);
    return known;
  }
}
