import { createHash } from 'node:crypto';
import { canonicalJson } from '@probity/events';

/** A range of offsets that kept its order: `[first old offset, first new offset, count]`. */
export type OffsetRange = readonly [oldFirst: number, newFirst: number, count: number];

/** Where the records of an old generation of a partition stand in the new one. */
export interface OffsetMap {
  readonly ranges: readonly OffsetRange[];
  /** Every old offset is known and has not moved, so that a reader's position still means what it meant. */
  readonly isIdentity: boolean;
}

/** The map of a partition of which each record came back to its own offset. */
export function identityMap(records: number): OffsetMap {
  return { ranges: records === 0 ? [] : [[0, 0, records]], isIdentity: true };
}

/**
 * The map from what the store remembers of the old generation to a new order.
 *
 * @param kept records that stayed where they were, from offset 0 on
 * @param old positions at the old offsets from `kept` on; null where the store does not remember
 * @param order positions at the new offsets from `kept` on, each once, rising
 */
export function offsetMap(
  kept: number,
  old: readonly (number | null)[],
  order: readonly number[],
): OffsetMap {
  const places = new Map(order.map((position, place) => [position, place]));
  const ranges: [number, number, number][] = kept === 0 ? [] : [[0, 0, kept]];
  old.forEach((position, index) => {
    const place = position === null ? undefined : places.get(position);
    if (place === undefined) return;
    const last = ranges.at(-1);
    const [oldOffset, newOffset] = [kept + index, kept + place];
    if (last && last[0] + last[2] === oldOffset && last[1] + last[2] === newOffset) last[2] += 1;
    else ranges.push([oldOffset, newOffset, 1]);
  });
  const total = kept + old.length;
  const [only] = ranges;
  const isIdentity =
    total === 0 || (ranges.length === 1 && only?.[0] === 0 && only[1] === 0 && only[2] === total);
  return { ranges, isIdentity };
}

/** SHA-256 of the map's canonical JSON, hexadecimal. */
export function hashOfMap({ ranges }: OffsetMap): string {
  return createHash('sha256').update(canonicalJson(ranges)).digest('hex');
}
