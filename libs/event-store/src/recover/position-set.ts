const FIRST_BYTES = 64 * 1024;

/** A set of positions as a bitmap, for positions are nearly dense: one bit each, 125 kB for a million. */
export class PositionSet {
  #bits = new Uint8Array(FIRST_BYTES);

  /** @returns false when the position was in the set already */
  add(position: number): boolean {
    const at = Math.floor(position / 8);
    if (at >= this.#bits.length) this.#grow(at + 1);
    const mask = 1 << (position % 8);
    const before = this.#bits[at] ?? 0;
    this.#bits[at] = before | mask;
    return (before & mask) === 0;
  }

  has(position: number): boolean {
    return ((this.#bits[Math.floor(position / 8)] ?? 0) & (1 << (position % 8))) !== 0;
  }

  /** Positions that are in this set and not in the other, rising. */
  *without(other: PositionSet): Generator<number> {
    for (const [at, bits] of this.#bits.entries()) {
      const left = bits & ~(other.#bits[at] ?? 0);
      if (left === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) if ((left & (1 << bit)) !== 0) yield at * 8 + bit;
    }
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(bytes, this.#bits.length * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}
