import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '../src/index.js';
import { canonicalBytes, canonicalJson } from '../src/index.js';
import { fuzzRuns } from './fuzz-runs.js';

/** Number samples of RFC 8785, appendix B: bits of the IEEE 754 double, and its text. */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

const doubleOf = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE(0);

/** RFC 8785 written down once more, as plainly as it can be: no sharing with the product but the value. */
function oracle(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : `${String(value)}`;
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return '[' + (value as JsonValue[]).map(oracle).join(',') + ']';
  const object = value as { readonly [name: string]: JsonValue };
  const names = Object.keys(object).sort(byCodeUnits);
  return '{' + names.map((name) => quoted(name) + ':' + oracle(object[name] ?? null)).join(',') + '}';
}

function byCodeUnits(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1)
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return a.charCodeAt(at) - b.charCodeAt(at);
  return a.length - b.length;
}

const SHORT: { readonly [unit: number]: string } = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' }; // prettier-ignore

function quoted(text: string): string {
  let out = '"';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const plain = unit < 32 ? `\\u${unit.toString(16).padStart(4, '0')}` : text.charAt(at);
    out += SHORT[unit] ?? plain;
  }
  return `${out}"`;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constant('__proto__'),
);
const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map(withMembers),
  ),
})).value;

/** Own members whatever their names: `__proto__` is a member here as it is in JSON. */
function withMembers(members: readonly (readonly [string, JsonValue])[]): JsonValue {
  return JSON.parse(
    `{${members.map(([name, value]) => `${quoted(name)}:${oracle(value)}`).join(',')}}`,
  ) as JsonValue;
}

describe('canonical JSON, fuzzed', () => {
  it.each(NUMBERS)('writes the double %s as RFC 8785 does: %s', (bits, expected) => {
    expect(canonicalJson(doubleOf(bits))).toBe(expected);
    expect(oracle(doubleOf(bits))).toBe(expected);
  });

  it('writes the sample of RFC 8785 section 3.2.2 as it does', () => {
    const sample = String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`;
    expect(canonicalJson(JSON.parse(sample) as JsonValue)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('agrees with the plain reading of RFC 8785 on any value', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(canonicalJson(value)).toBe(oracle(value));
      }),
      fuzzRuns(),
    );
  });

  it('reads back as the value that was written, and is its own canonical form', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const written = canonicalBytes(value).toString('utf8');
        const read = JSON.parse(written) as JsonValue;
        // JSON has one zero, and so has the oracle.
        expect(oracle(read)).toBe(oracle(value));
        expect(canonicalJson(read)).toBe(written);
      }),
      fuzzRuns(),
    );
  });

  it('does not depend on the order in which members were given', () => {
    const members = fc.uniqueArray(fc.tuple(text, anyJson), { selector: ([name]) => name, maxLength: 8 });
    fc.assert(
      fc.property(members, fc.infiniteStream(fc.nat()), (given, order) => {
        const shuffled = [...given].map((member) => ({ member, by: order.next().value as number }));
        shuffled.sort((a, b) => a.by - b.by);
        expect(canonicalJson(withMembers(shuffled.map(({ member }) => member)))).toBe(
          canonicalJson(withMembers(given)),
        );
      }),
      fuzzRuns(),
    );
  });

  it('refuses a lone surrogate, a number that is none, and what is not JSON, wherever it stands', () => {
    const high = fc.integer({ min: 0xd800, max: 0xdbff });
    const low = fc.integer({ min: 0xdc00, max: 0xdfff });
    const lone = fc.oneof(high, low).map((unit) => `a${String.fromCharCode(unit)}b`);
    const wrong: fc.Arbitrary<unknown> = fc.oneof(
      lone,
      fc.tuple(low, high).map((units) => String.fromCharCode(...units)),
      fc.constantFrom<unknown>(NaN, Infinity, -Infinity, 1n, Symbol('s'), () => 1, [undefined], [1, , 2]),
    );
    const around: fc.Arbitrary<(inner: unknown) => unknown> = fc.constantFrom(
      (inner) => inner,
      (inner) => [1, inner],
      (inner) => ({ a: { b: [inner] } }),
      (inner) => (typeof inner === 'string' ? { [inner]: 1 } : { a: inner }),
    );
    fc.assert(
      fc.property(wrong, around, (inner, place) => {
        expect(() => canonicalJson(place(inner) as JsonValue)).toThrow(TypeError);
      }),
      fuzzRuns(),
    );
  });
});
