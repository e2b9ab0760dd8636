import type { MerklePath } from './merkle.js';
import { isPromoted, nodeHash } from './merkle.js';

/**
 * The nodes of one signed tree that are proved already. Events of a batch lie side by side in a topic and share most of their
 * paths, so that an event after the first costs about one hash, and not one for each level of the tree.
 */
export class KnownTree {
  readonly #nodes = new Map<number, Buffer>();
  #proved = 0;

  /** @param root root of the tree, proved by its signature; `size` is the number of its leaves, at least 1. */
  constructor(
    private readonly size: number,
    root: Buffer,
  ) {
    let height = 0;
    for (let last = size - 1; last > 0; last >>= 1) height += 1;
    this.#nodes.set(this.#place(height, 0), root);
  }

  /** Whether as many leaves have been proved as the tree has: nothing more is to come. */
  get isSpent(): boolean {
    return this.#proved >= this.size;
  }

  /**
   * Whether a leaf and its path lead to a node that is proved, and the rest of the path is the one that the tree has. A path of
   * another tree or of a wrong shape is not proved here; why not is for {@link rootFromPath} to say.
   */
  proves(leaf: Buffer, path: MerklePath): boolean {
    let { index } = path;
    if (path.size !== this.size || !Number.isSafeInteger(index)) return false;
    if (index < 0 || index >= this.size) return false;
    const climbed: [number, Buffer][] = [];
    let [level, last, used, hash] = [0, this.size - 1, 0, leaf];
    let known = this.#nodes.get(this.#place(0, index));
    // The root is known, so this ends there at the latest.
    while (!known) {
      climbed.push([this.#place(level, index), hash]);
      if (!isPromoted(index, last)) {
        const sibling = path.hashes[used++];
        if (sibling?.length !== 32) return false;
        climbed.push([this.#place(level, index ^ 1), sibling]);
        hash = index % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
      }
      [level, index, last] = [level + 1, index >> 1, last >> 1];
      known = this.#nodes.get(this.#place(level, index));
    }
    if (!known.equals(hash) || !this.#hasRest(path, used, level)) return false;
    for (const [place, node] of climbed) this.#nodes.set(place, node);
    this.#proved += 1;
    return true;
  }

  /** Above a known node every sibling is known: it came with the path that proved the node. */
  #hasRest({ hashes, index, size }: MerklePath, from: number, level: number): boolean {
    let used = from;
    let [at, last] = [index >> level, (size - 1) >> level];
    for (let above = level; last > 0; above += 1) {
      if (!isPromoted(at, last)) {
        const beside = this.#nodes.get(this.#place(above, at ^ 1));
        if (!beside || hashes[used++]?.equals(beside) !== true) return false;
      }
      [at, last] = [at >> 1, last >> 1];
    }
    return used === hashes.length;
  }

  #place(level: number, index: number): number {
    return level * this.size + index;
  }
}
