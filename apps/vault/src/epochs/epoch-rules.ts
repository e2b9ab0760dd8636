/** Days of domain time for which keys are wrapped under one epoch (DESIGN 6: weekly epochs). */
const EPOCH_DAYS = 7;

const DAY_MS = 24 * 60 * 60 * 1000;

/** When the epoch after one that was made at an instant is due. Both RFC 3339 in UTC. */
export function nextRotationDue(madeAt: string): string {
  return new Date(Date.parse(madeAt) + EPOCH_DAYS * DAY_MS).toISOString();
}

/** What is known of the keys of a retiring epoch once they have been rewrapped. */
export interface RewrapCount {
  /** Living keys when the epoch retired. */
  readonly livingAtRetirement: number;
  /** Of those, how many are wrapped under the current epoch now. */
  readonly rewrapped: number;
  /** Of those, how many were erased meanwhile. */
  readonly erasedSince: number;
  /** Living keys that are still under the epoch. */
  readonly left: number;
}

/** Why the key of an epoch must not be destroyed yet, in a sentence; null when every key is accounted for. */
export function whyUnaccounted(epoch: number, count: RewrapCount): string | null {
  if (count.left > 0)
    return `${String(count.left)} keys do not open under the key of epoch ${String(epoch)} and were left as they are`;
  const { livingAtRetirement: before, rewrapped, erasedSince } = count;
  if (before === rewrapped + erasedSince) return null;
  const after = `${String(rewrapped)} were rewrapped and ${String(erasedSince)} erased`;
  return `epoch ${String(epoch)} had ${String(before)} keys, but ${after}`;
}
