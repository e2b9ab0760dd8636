import { setTimeout as pause } from 'node:timers/promises';
import { RangeNotKept } from '@probity/messaging';
import { CheckpointMoved, GenerationSwitched, ProjectionChanged } from '@probity/projection';
import type { Checkpoint, ProjectedPartition, ProjectionRunner, RecordState } from '@probity/projection';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { placeOf, progressBetween } from './rebuild-progress.js';
import type { RebuildProgress } from './rebuild-progress.js';

/** How often a generation that has caught up looks for more, and the pauses after a transient failure, in ms of real time. */
const FOLLOW_MS = 500;
const BACKOFF_START_MS = 250;
const BACKOFF_MAX_MS = 30_000;

/** Brings one generation to the live one's positions by the same runner that applies live events, and keeps it there. */
export class RebuildJob {
  readonly #runner: ProjectionRunner<RecordState>;
  readonly #stop = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> | undefined;
  #isRunning = false;
  /** Whether it has been where the live generation was. */
  #hasCaughtUp = false;
  #problem: string | null = null;
  #resumedFrom = 0;
  #applied = 0;
  #startedAt = 0;
  #lastAppliedAt = 0;
  /** First offset that each partition keeps, by its place. */
  readonly #low = new Map<string, bigint>();

  constructor(
    private readonly host: ProjectionHost,
    readonly generation: number,
    private readonly schema: string,
  ) {
    this.#runner = host.runnerOf(schema, generation);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Prepares the checkpoints; a partition that has none begins at its first record. */
  async open(): Promise<void> {
    const partitions: ProjectedPartition[] = [];
    // One after the other: the client updates its list of topics under a lock that gives up when many wait for it.
    for (const topic of this.host.topics)
      for (const [partition, { low }] of await this.host.log.topicMarks(topic)) {
        partitions.push({ topic, partition });
        this.#low.set(placeOf({ topic: this.host.eventTopic(topic), partition }), low);
      }
    await this.#runner.start(partitions, (at) => this.#low.get(placeOf(at)) ?? 0n);
    this.#resumedFrom = (await this.progress()).done;
  }

  /** Begins in the background, after {@link open}. */
  start(): void {
    this.#isRunning = true;
    this.#startedAt = this.#lastAppliedAt = performance.now();
    this.#loop = this.#follow().finally(() => {
      this.#isRunning = false;
    });
  }

  /** Ends after the batches in hand. What has been applied stays, and is where the next run goes on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** Lets somebody work on the generation while the job waits. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Brings the generation to exactly these positions of the live one. Only inside {@link exclusively}. */
  async catchUpTo(live: readonly Checkpoint[], signal: AbortSignal): Promise<void> {
    const targets = live.map(({ topic, partition, nextOffset }) => ({
      topic: this.host.brokerTopic(topic),
      partition,
      to: nextOffset,
    }));
    const onApplied = (records: number): void => {
      this.#applied += records;
      this.#lastAppliedAt = performance.now();
    };
    const order = { schema: this.schema, generation: this.generation, targets };
    await this.host.bring(this.#runner, order, { signal, onApplied });
  }

  async progress(): Promise<RebuildProgress> {
    const hasCaughtUp = this.#hasCaughtUp; // before the positions are read: it tells of positions that they include
    const [live, own] = await Promise.all([this.host.checkpoints(), this.#runner.checkpoints()]);
    const seconds = (this.#lastAppliedAt - this.#startedAt) / 1_000;
    const between = progressBetween(live, own, this.#low);
    return {
      ...between,
      ready: between.ready && hasCaughtUp,
      running: this.#isRunning,
      ratePerSecond: this.#applied > 0 && seconds > 0 ? Math.round(this.#applied / seconds) : null,
      resumedFrom: this.#resumedFrom,
      problem: this.#problem,
    };
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.exclusively(async () => this.catchUpTo(await this.host.checkpoints(), signal));
        this.#hasCaughtUp ||= !signal.aborted;
        [failures, this.#problem] = [0, null];
        await pause(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        this.#problem = reasonOf(error);
        if (isFinal(error)) return;
        await this.#runner.load().catch(() => undefined);
        const delay = Math.min(BACKOFF_MAX_MS, BACKOFF_START_MS * 2 ** failures);
        failures += 1;
        await pause(delay, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Trying again changes nothing about these. They are told by their names, which alone come back from a thread. */
const FINAL = [GenerationSwitched, ProjectionChanged, RangeNotKept].map(({ name }) => name);

function isFinal(error: unknown): boolean {
  return error instanceof Error && FINAL.includes(error.name);
}

function reasonOf(error: unknown): string {
  if (isFinal(error) || error instanceof CheckpointMoved) return (error as Error).message;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `${error instanceof Error ? error.name : 'unknown error'}${code}; it will be tried again`;
}
