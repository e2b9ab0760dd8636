import { HaltPartition, PositionsMoved } from '@probity/messaging';
import type { TopicPartition } from '@probity/messaging';
import type { ProjectionRunner, RebuildTarget, RecordState } from '@probity/projection';

/** What failed where, in a sentence that is safe to log. */
export function describeFailure(at: TopicPartition, error: unknown): string {
  if (error instanceof HaltPartition || error instanceof PositionsMoved) return error.message;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  const name = error instanceof Error ? error.name : 'unknown error';
  return `${at.topic}/${String(at.partition)}: ${name}${code}; it will be tried again`;
}

/** Records between where a runner stands and where it is to be brought. */
export function backlogOf(runner: ProjectionRunner<RecordState>, targets: readonly RebuildTarget[]): bigint {
  return targets.reduce((sum, { topic, partition, to }) => {
    const behind = to - runner.position(topic, partition);
    return behind > 0n ? sum + behind : sum;
  }, 0n);
}
