/** A copy of a subkey in the hands of a caller, and when its lease has ended at the latest, in monotonic milliseconds. */
interface Given {
  readonly copy: Buffer;
  readonly endsAt: number;
}

/**
 * Copies of subkeys that callers may still be using. A caller zeroises its copy after use, and a subkey is never all zeros, so
 * a copy that is, is in nobody's use any more.
 */
export class HandedOut {
  readonly #copies = new Map<string, Given[]>();

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** A copy for a caller, remembered until it is zeroised or the lease has ended. */
  give(recordId: string, subkey: Buffer, endsAt: number): Buffer {
    const copy = Buffer.from(subkey);
    const given = this.#copies.get(recordId);
    if (given) given.push({ copy, endsAt });
    else this.#copies.set(recordId, [{ copy, endsAt }]);
    return copy;
  }

  /** Whether a copy of a record's subkey is in use. */
  isInUse(recordId: string): boolean {
    const now = this.now();
    const inUse = (this.#copies.get(recordId) ?? []).filter(
      ({ copy, endsAt }) => endsAt > now && copy.some((byte) => byte !== 0),
    );
    if (inUse.length === 0) this.#copies.delete(recordId);
    else this.#copies.set(recordId, inUse);
    return inUse.length > 0;
  }

  /** Forget what is not in use, and tell whether anything is. */
  sweep(): boolean {
    for (const recordId of this.#copies.keys()) this.isInUse(recordId);
    return this.#copies.size > 0;
  }
}
