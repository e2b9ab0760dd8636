import type { Checkpoint } from '@probity/projection';

/** Records behind the live generation at which another one counts as ready: one comparison brings it the rest of the way. */
export const READY_WITHIN = 500;

/** How far a generation is that is brought to the live one's positions. Counts are of records. */
export interface RebuildProgress {
  /** Whether this process is at it: a rebuild that was broken off is taken up by asking for it again. */
  readonly running: boolean;
  readonly ready: boolean;
  readonly done: number;
  readonly total: number;
  readonly behind: number;
  /** Records a second since this process took it up; null while there is nothing to tell. */
  readonly ratePerSecond: number | null;
  /** Records that had been applied when this process took it up. */
  readonly resumedFrom: number;
  /** Why it ended, or what it waits for. No personal data. */
  readonly problem: string | null;
}

/** The place of a checkpoint, as a key. */
export function placeOf({ topic, partition }: Pick<Checkpoint, 'topic' | 'partition'>): string {
  return `${topic}/${String(partition)}`;
}

/**
 * Compares the checkpoints of two generations.
 *
 * @param low first offset that each partition keeps, by {@link placeOf}; 0 unless given
 */
export function progressBetween(
  live: readonly Checkpoint[],
  own: readonly Checkpoint[],
  low: ReadonlyMap<string, bigint> = new Map(),
): RebuildProgress {
  const reached = new Map(own.map((at) => [placeOf(at), at.nextOffset]));
  let [done, total] = [0, 0];
  for (const at of live) {
    const first = low.get(placeOf(at)) ?? 0n;
    const there = reached.get(placeOf(at)) ?? first;
    total += Number(at.nextOffset - first);
    done += Number((there < at.nextOffset ? there : at.nextOffset) - first);
  }
  const behind = total - done;
  const idle = { running: false, ratePerSecond: null, resumedFrom: 0, problem: null };
  return { ...idle, ready: behind <= READY_WITHIN, done, total, behind };
}
