import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MerklePath } from '../src/index.js';
import { leafHash, merkleTree, rootFromPath } from '../src/index.js';
import { KnownTree } from '../src/known-tree.js';
import { fuzzRuns } from './fuzz-runs.js';

interface Proof {
  readonly leaf: Buffer;
  readonly path: MerklePath;
}

const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 400 }));
const tree = fc.tuple(size, fc.nat()).map(([leaves, salt]) => {
  const hashes = Array.from({ length: leaves }, (_, at) =>
    leafHash(Buffer.from(`${String(salt)}/${String(at)}`)),
  );
  const { root, paths } = merkleTree(hashes);
  return { root, proofs: paths.map((path): Proof => ({ leaf: hashes[path.index] as Buffer, path })) };
});
const numbers = fc.oneof(
  fc.integer({ min: -2, max: 500 }),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53, NaN, 0.5),
);

/** Ways to change a proof; each gives the proof as it was where it finds nothing to change. */
const change: fc.Arbitrary<(proof: Proof, other: Proof) => Proof> = fc.oneof(
  numbers.map((index) => ({ leaf, path }: Proof) => ({ leaf, path: { ...path, index } })),
  numbers.map((to) => ({ leaf, path }: Proof) => ({ leaf, path: { ...path, size: to } })),
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, bit]) => ({ leaf, path }: Proof) => {
    const hashes = path.hashes.map((hash, place) =>
      place === at % path.hashes.length ? flipped(hash, bit) : hash,
    );
    return { leaf, path: { ...path, hashes } };
  }),
  fc.nat().map((at) => ({ leaf, path }: Proof) => {
    const hashes = path.hashes.filter((_, place) => place !== at % path.hashes.length);
    return { leaf, path: { ...path, hashes } };
  }),
  fc.constant(({ leaf, path }: Proof, other: Proof) => ({
    leaf,
    path: { ...path, hashes: [...path.hashes, other.leaf] },
  })),
  fc.constant(({ leaf, path }: Proof) => ({ leaf, path: { ...path, hashes: [...path.hashes].reverse() } })),
  fc.constant(({ leaf, path }: Proof) => ({
    leaf,
    path: { ...path, hashes: path.hashes.map((hash) => hash.subarray(1)) },
  })),
  fc.constant(({ leaf }: Proof, other: Proof) => ({ leaf, path: other.path })),
  fc.nat(255).map((bit) => ({ leaf, path }: Proof) => ({ leaf: flipped(leaf, bit), path })),
);

function flipped(hash: Buffer, bit: number): Buffer {
  const copy = Buffer.from(hash);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

function leadsTo(root: Buffer, { leaf, path }: Proof, leaves: number): boolean {
  try {
    return path.size === leaves && rootFromPath(leaf, path).equals(root);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const isSame = (a: Proof, b: Proof): boolean =>
  a.leaf.equals(b.leaf) &&
  a.path.index === b.path.index &&
  a.path.size === b.path.size &&
  a.path.hashes.length === b.path.hashes.length &&
  a.path.hashes.every((hash, at) => hash.equals(b.path.hashes[at] as Buffer));

describe('the place of an event in a signed batch, fuzzed', () => {
  it('is proved for every event, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(tree, fc.infiniteStream(fc.nat()), ({ root, proofs }, order) => {
        const known = new KnownTree(proofs.length, root);
        const again = proofs.map((proof) => ({ proof, by: order.next().value as number }));
        again.sort((a, b) => a.by - b.by);
        for (const { proof } of [...again, ...again.slice(0, 5)]) {
          expect(known.proves(proof.leaf, proof.path)).toBe(true);
          expect(leadsTo(root, proof, proofs.length)).toBe(true);
        }
        expect(known.isSpent).toBe(true);
      }),
      fuzzRuns(1 / 3),
    );
  });

  it('[R-63][R-88] is never proved by a path whose index, size, hashes or leaf was changed, whatever was proved before', () => {
    const place = fc.nat();
    fc.assert(
      fc.property(
        tree,
        fc.array(place, { maxLength: 6 }),
        place,
        place,
        change,
        (grown, before, at, beside, alter) => {
          const { root, proofs } = grown;
          const proofAt = (index: number): Proof => proofs[index % proofs.length] as Proof;
          const known = new KnownTree(proofs.length, root);
          for (const index of before) known.proves(proofAt(index).leaf, proofAt(index).path);
          const genuine = proofAt(at);
          const forged = alter(genuine, proofAt(beside));
          if (isSame(forged, genuine)) return;
          expect(leadsTo(root, forged, proofs.length)).toBe(false);
          expect(known.proves(forged.leaf, forged.path)).toBe(false);
          // What was refused has left nothing behind.
          expect(known.proves(genuine.leaf, genuine.path)).toBe(true);
          expect(known.proves(forged.leaf, forged.path)).toBe(false);
        },
      ),
      fuzzRuns(),
    );
  });
});
