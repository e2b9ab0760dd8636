import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@probity/events';
import { readVectors, workOutVectors } from '../test/golden-vectors.js';
import { aadBytes } from './aad.js';
import { open, sealWithNonce } from './seal.js';
import { commitmentOf, deriveIndexKey, deriveSubkey, deriveSubkeys } from './subkey.js';

const { vectors, sha256 } = readVectors();
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('[R-61] the golden vectors of seal format v1', () => {
  it('are the numbers that the definitions give without the product', () => {
    expect(vectors).toEqual(workOutVectors());
  });

  it('are the committed file, byte for byte: a changed format is a new format version', () => {
    expect(sha256).toBe('de471fcbbaa5316653659c431260633d5062a0080ebf0d8e70f1c25421b2cdec');
  });

  for (const golden of vectors.groups) {
    it(`are what the product derives, binds and seals for the ${golden.group} group`, () => {
      const subkey = deriveSubkey(hex(vectors.dek), golden.group);
      expect(subkey.toString('hex')).toBe(golden.subkey);
      expect(deriveSubkeys(hex(vectors.dek))[golden.group].toString('hex')).toBe(golden.subkey);
      expect(commitmentOf(subkey).toString('hex')).toBe(golden.commitment);
      expect(aadBytes(golden.group, vectors.context).toString('hex')).toBe(golden.aad);
      const envelope = sealWithNonce(
        hex(golden.nonce),
        subkey,
        golden.group,
        vectors.context,
        hex(golden.plaintext),
      );
      expect(envelope).toEqual(golden.envelope);
      expect(JSON.stringify(envelope)).toBe(canonicalJson({ ...envelope }));
    });

    it(`open to their plaintext in the ${golden.group} group`, () => {
      const plaintext = open(hex(golden.subkey), golden.group, vectors.context, golden.envelope);
      expect(plaintext.toString('hex')).toBe(golden.plaintext);
    });
  }

  it('are what the product derives for the row key of a borough', () => {
    const key = deriveIndexKey(hex(vectors.index.pepper), vectors.index.borough);
    expect(key.toString('hex')).toBe(vectors.index.key);
  });
});
