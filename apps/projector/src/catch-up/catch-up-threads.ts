import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RebuildTarget } from '@probity/projection';
import type { ProjectionName } from '../projections/hosted-projection.js';
import type { CatchUpMessage, CatchUpTask } from './catch-up-message.js';
import type { CatchUpBeside, CatchUpWatch } from './catch-up-port.js';

const THREAD = new URL('./catch-up.thread.js', import.meta.url);
// Events live for one transaction: with room for a few of those they die young, and the collector has a tenth less to do.
const LIMITS = { maxYoungGenerationSizeMb: 64 };

/** A thread could not bring its partitions to their targets. */
class CatchUpFailed extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Catches up in threads, one a processor, each with partitions of its own: a record lies in one partition, so threads share
 * nothing but the database.
 */
export function catchUpInThreads(projection: ProjectionName, now: () => string): CatchUpBeside {
  return async (order, watch) => {
    const shares = shared(order.targets, availableParallelism());
    const failed = new AbortController();
    const all = AbortSignal.any([watch.signal, failed.signal]);
    const results = await Promise.allSettled(
      shares.map((targets) =>
        run({ ...order, targets, projection, now: now() }, { ...watch, signal: all }).catch(
          (error: unknown) => {
            failed.abort();
            throw error;
          },
        ),
      ),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  };
}

/** Deals the partitions out, one after the other; none gets none. */
function shared(targets: readonly RebuildTarget[], most: number): RebuildTarget[][] {
  const shares: RebuildTarget[][] = Array.from({ length: Math.min(most, targets.length) }, () => []);
  targets.forEach((target, index) => shares[index % shares.length]?.push(target));
  return shares;
}

function run(task: CatchUpTask, { signal, onApplied, onParked }: CatchUpWatch): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: task, resourceLimits: LIMITS });
    let failure: Error | undefined;
    const stop = (): void => {
      thread.postMessage('stop');
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    thread.on('message', (message: CatchUpMessage) => {
      if (message.kind === 'applied') onApplied?.(message.records);
      else if (message.kind === 'parked') onParked(message.sentence);
      else failure = new CatchUpFailed(message.name, message.message);
    });
    thread.once('error', (error: Error) => {
      failure = error;
    });
    thread.once('exit', () => {
      signal.removeEventListener('abort', stop);
      if (failure) reject(failure);
      else resolve();
    });
  });
}
