/** An entry with its place in the log. */
export interface Placed<T> {
  readonly partition: number;
  readonly offset: number;
  /** RFC 3339 UTC, to the millisecond. */
  readonly when: string;
  readonly entry: T;
}

/** What has been read of one partition. */
export interface Lane<T> {
  readonly partition: number;
  /** Offset from which it was read. */
  readonly from: number;
  /** Offset up to which it was read, exclusive. */
  readonly to: number;
  /** Whether it goes on there. */
  readonly hasMore: boolean;
  /** In the order of their offsets. */
  readonly entries: readonly Placed<T>[];
}

/** A page in the order of time, and where each partition is to be read on. */
export interface MergedPage<T> {
  readonly items: readonly Placed<T>[];
  readonly next: Readonly<Record<number, number>>;
  readonly hasMore: boolean;
}

/**
 * Puts the partitions of a log into the order of time, as far as they have been read: beyond the end of what was read of one that goes
 * on, its next entry might come first.
 *
 * @param wanted which entries are shown; the others are passed over
 * @param most how many are shown
 */
export function mergeLanes<T>(
  lanes: readonly Lane<T>[],
  wanted: (entry: T) => boolean,
  most: number,
): MergedPage<T> {
  const next: Record<number, number> = Object.fromEntries(
    lanes.map(({ partition, from }) => [partition, from]),
  );
  const heads = lanes.map((lane) => ({ lane, at: 0 }));
  const items: Placed<T>[] = [];
  while (items.length < most) {
    const unknown = heads.some(({ lane, at }) => at >= lane.entries.length && lane.hasMore);
    const open = heads.filter(({ lane, at }) => at < lane.entries.length);
    if (unknown || open.length === 0) break;
    const first = open.reduce((one, other) => (isBefore(headOf(other), headOf(one)) ? other : one));
    const placed = headOf(first);
    first.at += 1;
    next[placed.partition] = placed.offset + 1;
    if (wanted(placed.entry)) items.push(placed);
  }
  for (const { lane, at } of heads) if (at >= lane.entries.length) next[lane.partition] = lane.to;
  const hasMore = heads.some(({ lane, at }) => lane.hasMore || at < lane.entries.length);
  return { items, next, hasMore };
}

function headOf<T>({ lane, at }: { lane: Lane<T>; at: number }): Placed<T> {
  const head = lane.entries[at];
  if (head === undefined) throw new Error('the lane has been read to its end');
  return head;
}

function isBefore(one: Placed<unknown>, other: Placed<unknown>): boolean {
  if (one.when !== other.when) return one.when < other.when;
  return one.partition < other.partition;
}
