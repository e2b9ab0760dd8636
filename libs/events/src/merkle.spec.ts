import { describe, expect, it } from '@jest/globals';
import { leafHash, merkleTree, rootFromPath } from './merkle.js';

/** Leaves and roots that Certificate Transparency implementations test with (RFC 6962). */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Buffer.from(hex, 'hex')));
const ROOTS = [
  '6e340b9cffb37a98', 'fac54203e7cc696c', 'aeb6bcfe274b70a1', 'd37ee418976dd957',
  '4e3bbb1f7b478dcf', '76e67dadbcdf1e10', 'ddb89be403809e32', '5dc9da79a70659a9',
]; // prettier-ignore

describe('the tree that a writer signs', () => {
  it('has the roots of RFC 6962 for one to eight leaves', () => {
    const roots = ROOTS.map((_, at) =>
      merkleTree(LEAVES.slice(0, at + 1))
        .root.toString('hex')
        .slice(0, 16),
    );
    expect(roots).toEqual(ROOTS);
  });

  it('leads from every leaf to its root, for every size up to 40', () => {
    const leaves = Array.from({ length: 40 }, (_, at) => leafHash(Buffer.from(`e${String(at)}`)));
    for (let size = 1; size <= leaves.length; size += 1) {
      const { root, paths } = merkleTree(leaves.slice(0, size));
      for (const path of paths) expect(rootFromPath(leaves[path.index] as Buffer, path)).toEqual(root);
    }
  });

  it('does not lead to the root when one bit of a path is flipped', () => {
    const { root, paths } = merkleTree(LEAVES.slice(0, 7));
    for (const path of paths) {
      path.hashes.forEach((hash, level) => {
        const flipped = Buffer.from(hash);
        flipped.writeUInt8(flipped.readUInt8(level) ^ 1, level);
        const hashes = path.hashes.map((each, at) => (at === level ? flipped : each));
        expect(rootFromPath(LEAVES[path.index] as Buffer, { ...path, hashes })).not.toEqual(root);
      });
    }
  });

  it('refuses paths of a wrong shape', () => {
    const [path] = merkleTree(LEAVES).paths;
    if (!path) throw new Error('a tree has a path');
    const leaf = LEAVES[0] as Buffer;
    expect(() => rootFromPath(leaf, { ...path, index: 8 })).toThrow(RangeError);
    expect(() => rootFromPath(leaf, { ...path, hashes: path.hashes.slice(1) })).toThrow(RangeError);
    expect(() => rootFromPath(leaf, { ...path, hashes: [...path.hashes, leaf] })).toThrow(RangeError);
    expect(() => merkleTree([])).toThrow(RangeError);
  });
});
