import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '../canonical-json.js';
import { canonicalJson } from '../canonical-json.js';
import { CATALOGUE, currentTypeOf } from '../catalogue.js';
import type { Payload, PlainEvent } from '../validation.js';
import { chainOf, upcast } from './upcast.js';

const RETIRED = [...CATALOGUE.values()].filter(({ isCurrent }) => !isCurrent).map(({ type }) => type);
const payload = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<{ [member: string]: JsonValue }>;

describe('an event of an earlier version', () => {
  it('is read as the current one, step by step', () => {
    const rename = ({ old, ...rest }: Payload): Payload => ({ ...rest, middle: old });
    const wrap = ({ middle, ...rest }: Payload): Payload => ({ ...rest, latest: [middle ?? null] });
    const mark = (skeleton: Payload): Payload => ({ ...skeleton, marked: true });
    const chain = chainOf([
      { name: 'matrix.thing', from: 2, parts: { case: wrap } },
      { name: 'matrix.thing', from: 1, parts: { case: rename, skeleton: mark } },
    ]);
    const v1: PlainEvent = {
      type: 'probity.matrix.thing.v1',
      skeleton: { borough: 'E09000012' },
      sealed: { case: { old: 7, other: 'kept' }, identity: { localRef: 'SYN-1' } },
    };
    expect(upcast(v1, chain)).toEqual({
      type: 'probity.matrix.thing.v3',
      skeleton: { borough: 'E09000012', marked: true },
      sealed: { case: { latest: [7], other: 'kept' }, identity: { localRef: 'SYN-1' } },
    });
    const [v2, v3] = [2, 3].map((n) => ({ ...v1, type: `probity.matrix.thing.v${String(n)}` })) as [
      PlainEvent,
      PlainEvent,
    ];
    expect(upcast(v2, chain).sealed.case).toEqual({ old: 7, other: 'kept', latest: [null] });
    expect(upcast(v3, chain)).toBe(v3);
  });

  it('has a way to the current version, whatever stands in it and whichever groups were opened', () => {
    const groups = fc.record({ case: payload, identity: payload }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.constantFrom(...RETIRED), payload, groups, (type, skeleton, sealed) => {
        const event: PlainEvent = { type, skeleton, sealed };
        const before = canonicalJson(event as never);
        const first = upcast(event);
        expect(first.type).toBe(currentTypeOf(type));
        expect(Object.keys(first.sealed).sort()).toEqual(Object.keys(sealed).sort());
        // Deterministic, and the event that was read is left as it was.
        expect(canonicalJson(upcast(event) as never)).toBe(canonicalJson(first as never));
        expect(canonicalJson(event as never)).toBe(before);
      }),
    );
  });

  it('stays as it is when it is current, or unknown', () => {
    for (const { type, isCurrent } of CATALOGUE.values()) {
      const event: PlainEvent = { type, skeleton: {}, sealed: {} };
      if (isCurrent) expect(upcast(event)).toBe(event);
    }
    const unknown: PlainEvent = { type: 'probity.matrix.unheard-of.v1', skeleton: {}, sealed: {} };
    expect(upcast(unknown)).toBe(unknown);
  });
});
