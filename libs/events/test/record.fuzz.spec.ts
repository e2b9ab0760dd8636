import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent, WireRecord } from '../src/index.js';
import {
  EventFormatError,
  SEALED_GROUPS,
  SignatureError,
  decodeRecord,
  encodeHeaders,
  encodeValue,
  hashOf,
  headerBytesOf,
  leafHash,
} from '../src/index.js';
import { fuzzRuns } from './fuzz-runs.js';
import { goldenProof, goldenRegistry, goldenSamples } from './golden-samples.js';

interface Record extends WireRecord {
  readonly headers: { readonly [name: string]: string };
}

const RECORDS: readonly Record[] = goldenSamples().map(({ record }) => ({
  ...record,
  value: Buffer.from(record.value, 'utf8'),
}));
const registry = goldenRegistry(RECORDS.map(({ topic }) => topic));
const anyRecord = fc.constantFrom(...RECORDS);
const PROVING = new Set(['ce_writerkey', 'ce_writersig', 'ce_writerpath']);

/** What reading comes to: the event, or null where it was refused in one of the two ways in which it may be. */
function read(record: WireRecord): StoredEvent | null {
  try {
    const event = decodeRecord(record);
    registry.verify(event);
    return event;
  } catch (error) {
    if (error instanceof EventFormatError || error instanceof SignatureError) return null;
    throw error;
  }
}

/** An event that is read has the bytes that its writer encodes. */
function expectCanonical(event: StoredEvent, record: WireRecord): void {
  expect(encodeHeaders(event.header, event.writer)).toEqual(record.headers);
  expect(encodeValue(event.skeleton, event.sealed).equals(record.value)).toBe(true);
}

/** Signs whatever skeleton it is given: the proof is good, the bytes need not be. */
function signedWith(skeleton: Buffer): Record {
  const [record] = RECORDS.filter(({ topic }) => topic === 'oversight') as [Record];
  const event = decodeRecord(record);
  const header = { ...event.header, skeletonhash: hashOf(skeleton), sealedhashes: {} };
  const proof = goldenProof(header.topic, leafHash(headerBytesOf(header)));
  const value = Buffer.concat([Buffer.from('{"sealed":{},"skeleton":'), skeleton, Buffer.from('}')]);
  return { topic: record.topic, key: record.key, headers: encodeHeaders(header, proof), value };
}

const cut = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  instead: fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        ' ',
        '\n',
        '{',
        '}',
        ',',
        '"a":1,',
        '"__proto__":{},',
        '\\u0041',
        '1.0',
        '1e0',
        '-0',
        '\ufeff',
        'null',
      )
      .map((text) => Buffer.from(text)),
  ),
});

function changed(
  value: Buffer,
  { at, length, instead }: typeof cut extends fc.Arbitrary<infer C> ? C : never,
): Buffer {
  const from = Math.floor(at * value.length);
  return Buffer.concat([value.subarray(0, from), instead, value.subarray(from + length)]);
}

describe('a record from a topic, fuzzed', () => {
  it('[R-88] is refused by name whatever bytes its value has, unless they are those of an event', () => {
    const values = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc
        .tuple(fc.json(), fc.json())
        .map(([sealed, skeleton]) => Buffer.from(`{"sealed":${sealed},"skeleton":${skeleton}}`)),
    );
    fc.assert(
      fc.property(anyRecord, values, (record, value) => {
        expect(read({ ...record, value })).toBeNull();
      }),
      fuzzRuns(),
    );
  });

  it('[R-63][R-88] is refused when its value was changed anywhere', () => {
    fc.assert(
      fc.property(anyRecord, fc.array(cut, { minLength: 1, maxLength: 3 }), (record, cuts) => {
        const value = cuts.reduce(changed, record.value);
        const event = read({ ...record, value });
        if (value.equals(record.value)) expect(event).not.toBeNull();
        // Leaving out a whole sealed group is the one change that erasure makes.
        else if (event)
          expect(Object.keys(event.sealed).length).toBeLessThan(
            Object.keys(event.header.sealedhashes).length,
          );
        if (event) expectCanonical(event, { ...record, value });
      }),
      fuzzRuns(),
    );
  });

  it('[R-61][R-63] is read without any of its sealed groups, once their ciphertext has been deleted', () => {
    fc.assert(
      fc.property(anyRecord, fc.subarray(SEALED_GROUPS.slice()), (record, kept) => {
        const { skeleton, sealed } = decodeRecord(record);
        const left = Object.fromEntries(
          Object.entries(sealed).filter(([group]) => kept.includes(group as never)),
        );
        const erased = { ...record, value: encodeValue(skeleton, left) };
        const event = read(erased);
        if (!event) throw new Error('an event whose ciphertext is gone was refused');
        expectCanonical(event, erased);
      }),
      fuzzRuns(1 / 3),
    );
  });

  it('[R-63][R-88] is refused when a header was changed, lost or made up', () => {
    const names = fc.oneof(
      anyRecord.chain(({ headers }) => fc.constantFrom(...Object.keys(headers))),
      fc.string().map((name) => `ce_${name}`),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.integer().map(String),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(anyRecord, names, text, (record, name, instead) => {
        if (record.headers[name] === instead) return;
        expect(read({ ...record, headers: { ...record.headers, [name]: instead } })).toBeNull();
      }),
      fuzzRuns(2 / 3),
    );
  });

  it('[R-63][R-88] is refused when one character of a header, or its key, was changed', () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    const character = fc.string({ minLength: 0, maxLength: 2, unit: 'binary-ascii' });
    fc.assert(
      fc.property(anyRecord, place, place, character, (record, which, where, instead) => {
        const entries = [...Object.entries(record.headers), ['key', record.key] as const];
        const [name, text] = entries[Math.floor(which * entries.length)] as [string, string];
        const at = Math.floor(where * text.length);
        const edited = text.slice(0, at) + instead + text.slice(at + 1);
        if (edited === text) return;
        const forged =
          name === 'key'
            ? { ...record, key: edited }
            : { ...record, headers: { ...record.headers, [name]: edited } };
        expect(read(forged)).toBeNull();
      }),
      fuzzRuns(),
    );
  });

  it('[R-88] is not proved by the proof of another event', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (record, other) => {
        if (record === other) return;
        const proof = Object.entries(other.headers).filter(([name]) => PROVING.has(name));
        expect(read({ ...record, headers: { ...record.headers, ...Object.fromEntries(proof) } })).toBeNull();
      }),
      fuzzRuns(1 / 3),
    );
  });

  it.each([
    ['a member twice', '{"borough":"E09000012","borough":"E09000013"}'],
    ['white space', '{"borough": "E09000012"}'],
    ['members out of order', '{"rows":1,"borough":"E09000012"}'],
    ['a second form of a number', '{"rows":1.0}'],
    ['an exponent', '{"rows":1e2}'],
    ['a negative zero', '{"rows":-0}'],
    ['a needless escape', '{"borough":"\\u0045"}'],
    ['a lone surrogate', '{"borough":"\\ud800"}'],
    ['a number beyond a double', '{"rows":1e999}'],
    ['a byte order mark', '\ufeff{}'],
    ['an array', '[]'],
    ['nothing', ''],
    ['a value that nests too deep', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['a value that nests too deep and does not end', `{"a":${'{"a":'.repeat(100_000)}`],
  ])('is refused although it is signed when its skeleton has %s', (_what, skeleton) => {
    expect(() => decodeRecord(signedWith(Buffer.from(skeleton)))).toThrow(EventFormatError);
  });

  it('is refused although it is signed when its skeleton is not UTF-8', () => {
    const skeleton = Buffer.from('{"borough":"?"}');
    skeleton.writeUInt8(0xff, skeleton.indexOf('?'));
    expect(() => decodeRecord(signedWith(skeleton))).toThrow('not the canonical JSON');
  });

  it('has a member __proto__ like any other', () => {
    const event = decodeRecord(signedWith(Buffer.from('{"__proto__":{"borough":"E09000013"},"rows":1}')));
    expect(event.skeleton['borough']).toBeUndefined();
    expect(Object.keys(event.skeleton)).toEqual(['__proto__', 'rows']);
  });

  it('is read when its skeleton is canonical, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (skeleton) => {
        const record = signedWith(encodeValue(skeleton, {}).subarray('{"sealed":{},"skeleton":'.length, -1));
        const event = read(record);
        if (!event) throw new Error('a canonical skeleton was refused');
        expectCanonical(event, record);
      }),
      fuzzRuns(1 / 3),
    );
  });
});
