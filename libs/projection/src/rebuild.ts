import type { ProjectedPartition } from './checkpoint-store.js';
import type { LogEntry } from './event-reader.js';
import type { RecordState } from './projection-definition.js';
import type { ProjectionRunner } from './projection-runner.js';

/** What a rebuild needs of the log: records with `from <= offset < to`, oldest first, in pieces of some thousand at most. */
export interface RangeLog {
  readBatches(topic: string, partition: number, from: bigint, to: bigint): AsyncIterable<LogEntry[]>;
}

/** How far one partition is to be brought: to the offset before `to`. `topic` is the broker's name. */
export interface RebuildTarget extends ProjectedPartition {
  readonly to: bigint;
}

/** Partitions read side by side: their batches share transactions, and one waits for the broker while another is applied. */
const SIDE_BY_SIDE = 4;
/** Pieces of one partition that the runner has in hand: it decodes one while the database works on another. */
const IN_HAND = 2;

/**
 * Brings a generation to exactly the targets, from its own checkpoints, and never beyond: so it can be compared with the generation
 * whose positions they are. Broken off, it goes on from where it was. `onApplied` is told of each batch that has had its effect.
 *
 * @throws whatever the runner or the log throws; the other partitions stop at their next batch
 */
export async function catchUp<S extends RecordState>(
  runner: Pick<ProjectionRunner<S>, 'position' | 'process'>,
  log: RangeLog,
  targets: readonly RebuildTarget[],
  options: { signal?: AbortSignal; onApplied?: (records: number) => void } = {},
): Promise<void> {
  const waiting = targets.filter(({ topic, partition, to }) => runner.position(topic, partition) < to);
  const failure = new AbortController();
  const isStopped = (): boolean => failure.signal.aborted || options.signal?.aborted === true;
  const work = async (): Promise<void> => {
    for (let target = waiting.shift(); target && !isStopped(); target = waiting.shift())
      await readPartition(runner, log, target, isStopped, options.onApplied);
  };
  const workers = Array.from({ length: Math.min(SIDE_BY_SIDE, waiting.length) }, () =>
    work().catch((error: unknown) => {
      failure.abort(error);
    }),
  );
  await Promise.all(workers);
  failure.signal.throwIfAborted();
}

async function readPartition<S extends RecordState>(
  runner: Pick<ProjectionRunner<S>, 'position' | 'process'>,
  log: RangeLog,
  { topic, partition, to }: RebuildTarget,
  isStopped: () => boolean,
  onApplied: ((records: number) => void) | undefined,
): Promise<void> {
  const inHand: Promise<void>[] = [];
  for await (const records of log.readBatches(topic, partition, runner.position(topic, partition), to)) {
    if (isStopped()) break;
    const applied = runner.process({ topic, partition, records }).then(() => onApplied?.(records.length));
    applied.catch(() => undefined); // whoever waits for it hears of it
    inHand.push(applied);
    if (inHand.length > IN_HAND) await inHand.shift();
  }
  await Promise.all(inHand);
}
