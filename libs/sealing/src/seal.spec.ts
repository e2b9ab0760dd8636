import { createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Envelope, SealedGroup } from '@probity/events';
import fc from 'fast-check';
import { twoKeyCiphertext } from '../test/two-key-ciphertext.js';
import type { SealContext } from './aad.js';
import { aadBytes } from './aad.js';
import { BUCKET_BYTES, pad, PLAINTEXT_LIMIT, unpad } from './padding.js';
import { open, seal, UnsealError } from './seal.js';
import { commitmentOf, deriveSubkey } from './subkey.js';

const context: SealContext = {
  origin: '/boroughs/E09000007',
  eventId: '01934b5e-7c00-7000-8000-000000000001',
  streamId: 'records/2a6f8c52-93b6-4f5e-8f0e-000000000002',
  eventType: 'probity.matrix.entry-proposed.v1',
  recordId: '2a6f8c52-93b6-4f5e-8f0e-000000000002',
  dekVersion: 1,
  schemaVersion: 1,
};
const subkey = deriveSubkey(Buffer.alloc(32, 7), 'case');
const groups = fc.constantFrom<SealedGroup>('identity', 'case', 'equality');
const texts = fc.string({ unit: 'grapheme', maxLength: 40 });
const contexts: fc.Arbitrary<SealContext> = fc.record({
  origin: texts,
  eventId: texts,
  streamId: texts,
  eventType: texts,
  recordId: texts,
  dekVersion: fc.integer({ min: 1, max: 9 }),
  schemaVersion: fc.integer({ min: 1, max: 9 }),
});

describe('[R-61] a sealed group', () => {
  it('opens to its plaintext with its own key and context', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        groups,
        contexts,
        fc.uint8Array({ maxLength: 900 }),
        (dek, group, where, plaintext) => {
          const key = deriveSubkey(dek, group);
          expect(Buffer.compare(open(key, group, where, seal(key, group, where, plaintext)), plaintext)).toBe(
            0,
          );
        },
      ),
    );
  });

  it('[R-63] does not open after any bit of the envelope was flipped', () => {
    const envelope = seal(subkey, 'case', context, Buffer.from('{"role":"VICTIM"}'));
    for (const part of ['iv', 'kc', 'ct'] as const) {
      for (let bit = 0; bit < envelope[part].length * 8; bit += 1) {
        const altered = { ...envelope, [part]: flip(envelope[part], bit) };
        expect(() => open(subkey, 'case', context, altered)).toThrow(UnsealError);
      }
    }
    for (const part of ['v', 'kv'] as const) {
      for (let bit = 0; bit < 31; bit += 1) {
        const altered = { ...envelope, [part]: envelope[part] ^ (1 << bit) } as Envelope;
        expect(() => open(subkey, 'case', context, altered)).toThrow(UnsealError);
      }
    }
  });

  it('[R-63] does not open from another spelling of the same bytes, or from parts of a wrong size or kind', () => {
    const envelope = seal(subkey, 'case', context, Buffer.from('x'));
    const bytes = Buffer.from(envelope.ct, 'base64url');
    const shortened = bytes.subarray(0, bytes.length - 1).toString('base64url');
    const parts: Partial<Record<keyof Envelope, unknown>>[] = [
      { ct: `${envelope.ct}=` },
      { ct: ` ${envelope.ct}` },
      { ct: shortened },
      { ct: '' },
      { iv: Buffer.alloc(16).toString('base64url') },
      { kc: 'é'.repeat(43) },
      { kc: undefined },
      { kv: '1' },
    ];
    for (const part of parts) {
      const altered = { ...envelope, ...part } as Envelope;
      expect(() => open(subkey, 'case', context, altered)).toThrow(UnsealError);
    }
  });

  it('[attacker 11][R-63] does not open in any other context: origin, event, stream, type, group, record, key or schema', () => {
    const elements = Object.keys(context) as (keyof SealContext)[];
    fc.assert(
      fc.property(contexts, contexts, fc.constantFrom(...elements), (right, other, element) => {
        fc.pre(right[element] !== other[element]);
        const envelope = seal(subkey, 'case', right, Buffer.from('{}'));
        const wrong = { ...right, [element]: other[element] };
        // The version in the envelope is set to fit, so that the binding itself is what refuses.
        const fitting = { ...envelope, kv: wrong.dekVersion };
        expect(() => open(subkey, 'case', wrong, fitting)).toThrow(UnsealError);
      }),
    );
    for (const group of ['identity', 'equality'] as const) {
      const envelope = seal(subkey, 'case', context, Buffer.from('{}'));
      expect(() => open(subkey, group, context, envelope)).toThrow(UnsealError);
    }
  });

  it('[R-63] binds text that moves from one element of the context to the next', () => {
    fc.assert(
      fc.property(texts, texts, texts, (left, moved, right) => {
        fc.pre(moved !== '');
        const before = { ...context, origin: left + moved, eventId: right };
        const after = { ...context, origin: left, eventId: moved + right };
        expect(aadBytes('case', before).equals(aadBytes('case', after))).toBe(false);
      }),
    );
  });

  it('does not open under another key', () => {
    const envelope = seal(subkey, 'case', context, Buffer.from('{}'));
    expect(() => open(deriveSubkey(Buffer.alloc(32, 8), 'case'), 'case', context, envelope)).toThrow(
      'committed to another key',
    );
  });

  it('takes a new nonce each time', () => {
    const nonces = new Set(Array.from({ length: 3000 }, () => seal(subkey, 'case', context, Buffer.of()).iv));
    expect(nonces.size).toBe(3000);
  });
});

describe('[attacker 12][R-63] a ciphertext made to open under two keys', () => {
  const keys = [randomBytes(32), randomBytes(32)] as const;
  const text = pad(Buffer.from('{"band":"GREEN"}'));
  const nonce = randomBytes(12);
  const aad = aadBytes('case', context);
  const crafted = twoKeyCiphertext(keys, text, nonce, aad);

  it('is authentic AES-GCM under both, with another text, which is why the commitment is there', () => {
    const opened = keys.map((key) => {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
      decipher.setAAD(aad).setAuthTag(crafted.subarray(-16));
      return Buffer.concat([decipher.update(crafted.subarray(0, -16)), decipher.final()]).subarray(0, -16);
    });
    expect(opened[0]?.equals(text.subarray(0, -16))).toBe(true);
    expect(opened[1]?.equals(text.subarray(0, -16))).toBe(false);
  });

  it('is refused for every key but the one that it is committed to', () => {
    const pairs = [
      [keys[0], keys[1]],
      [keys[1], keys[0]],
    ] as const;
    for (const [committed, other] of pairs) {
      const envelope: Envelope = {
        ct: crafted.toString('base64url'),
        iv: nonce.toString('base64url'),
        kc: commitmentOf(committed).toString('base64url'),
        kv: 1,
        v: 1,
      };
      expect(() => open(other, 'case', context, envelope)).toThrow('committed to another key');
    }
  });
});

describe('[attacker 20][R-61] the size of a sealed group', () => {
  it('is one of few: whole buckets of 256 bytes and the tag', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (length) => {
        const bytes = Buffer.from(
          seal(subkey, 'case', context, Buffer.alloc(length, 65)).ct,
          'base64url',
        ).length;
        expect((bytes - 16) % BUCKET_BYTES).toBe(0);
        expect(bytes - 16).toBe(Math.ceil((length + 4) / BUCKET_BYTES) * BUCKET_BYTES);
      }),
    );
  });

  it('is bounded', () => {
    expect(() => seal(subkey, 'case', context, Buffer.alloc(PLAINTEXT_LIMIT + 1))).toThrow(RangeError);
  });

  it('is read back only from exact padding: no spare bucket, no byte behind the text', () => {
    const padded = pad(Buffer.from('abc'));
    expect(unpad(padded)?.toString()).toBe('abc');
    expect(unpad(Buffer.concat([padded, Buffer.alloc(BUCKET_BYTES)]))).toBeNull();
    expect(unpad(padded.subarray(0, 255))).toBeNull();
    expect(unpad(Buffer.alloc(0))).toBeNull();
    expect(unpad(Buffer.from(padded).fill(1, 255))).toBeNull();
    expect(unpad(Buffer.from(padded).fill(255, 0, 4))).toBeNull();
  });
});

/** Flip one bit of the eight that a character of the text takes. */
function flip(text: string, bit: number): string {
  const bytes = Buffer.from(text, 'latin1');
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('latin1');
}
