import { hash as digest } from 'node:crypto';

/** Where a leaf stands in a tree, and the sibling hashes that lead from it to the root. */
export interface MerklePath {
  /** Position of the leaf, 0 ≤ index < size. */
  readonly index: number;
  /** Number of leaves of the tree, at least 1 and less than 2^31. */
  readonly size: number;
  /** Sibling hashes, leaf to root, 32 bytes each. */
  readonly hashes: readonly Buffer[];
}

const LEAF = Buffer.from([0]);
/** Most leaves of a tree: positions are halved as 32-bit numbers. */
const MAX_SIZE = 2 ** 31 - 1;
/** 0x01, left and right: hashed before anything else can use it. */
const node = Buffer.alloc(65, 1);

/** Hash of a leaf: SHA-256(0x00 ‖ bytes). @see RFC 6962 §2.1 */
export function leafHash(bytes: Uint8Array): Buffer {
  return digest('sha256', Buffer.concat([LEAF, bytes]), 'buffer');
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), of two 32-byte hashes. @see RFC 6962 §2.1 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 33);
  return digest('sha256', node, 'buffer');
}

/** Whether the last node of a level has no sibling and is carried up unchanged. */
export function isPromoted(index: number, last: number): boolean {
  return index === last && index % 2 === 0;
}

/**
 * Root and one path for each leaf of a small tree, in O(n log n).
 *
 * An odd last node is carried up unchanged, which equals the split at the largest power of two of RFC 6962 §2.1.
 *
 * @throws RangeError for an empty list: a batch holds at least one event.
 */
export function merkleTree(leaves: readonly Buffer[]): { root: Buffer; paths: MerklePath[] } {
  if (leaves.length === 0) throw new RangeError('a tree needs at least one leaf');
  const levels = levelsOf(leaves);
  const paths = leaves.map((_, index) => ({ index, size: leaves.length, hashes: siblings(levels, index) }));
  return { root: levels.at(-1)?.[0] as Buffer, paths };
}

function levelsOf(leaves: readonly Buffer[]): Buffer[][] {
  const levels: Buffer[][] = [[...leaves]];
  for (let level = levels[0] as Buffer[]; level.length > 1; level = levels.at(-1) as Buffer[]) {
    const next: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as Buffer;
      const right = level[at + 1];
      next.push(right ? nodeHash(left, right) : left);
    }
    levels.push(next);
  }
  return levels;
}

function siblings(levels: readonly Buffer[][], leaf: number): Buffer[] {
  const hashes: Buffer[] = [];
  let index = leaf;
  for (const level of levels.slice(0, -1)) {
    const sibling = level[index ^ 1];
    if (sibling) hashes.push(sibling);
    index >>= 1;
  }
  return hashes;
}

/**
 * The root to which a leaf and its path lead.
 *
 * @throws RangeError when the path has the wrong shape for its index and size (RFC 9162 §2.1.3.2).
 */
export function rootFromPath(leaf: Buffer, path: MerklePath): Buffer {
  if (!Number.isSafeInteger(path.index) || path.index < 0 || path.index >= path.size) {
    throw new RangeError('the index of a path lies inside its tree');
  }
  if (!Number.isSafeInteger(path.size) || path.size > MAX_SIZE) {
    throw new RangeError('a tree has less than 2^31 leaves');
  }
  let index = path.index;
  let last = path.size - 1;
  let hash = leaf;
  const rest = [...path.hashes];
  for (; last > 0; index >>= 1, last >>= 1) {
    if (isPromoted(index, last)) continue;
    const sibling = rest.shift();
    if (sibling?.length !== 32) throw new RangeError('a path holds one 32-byte hash a level');
    hash = index % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  if (rest.length > 0) throw new RangeError('a path holds no more hashes than its tree has levels');
  return hash;
}
