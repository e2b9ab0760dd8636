import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  CATALOGUE,
  buildEvent,
  currentTypeOf,
  decodeRecord,
  definitionOf,
  encodeHeaders,
  encodeValue,
  upcast,
  validateOpenedEvent,
  verifyEvent,
} from '../src/index.js';
import { UPCAST_STEPS, chainOf } from '../src/upcasting/upcast.js';
import { goldenProof, goldenRegistry, goldenSamples, goldenSteps } from './golden-samples.js';

const samples = goldenSamples();
const recordOf = (sample: (typeof samples)[0]) => ({
  ...sample.record,
  value: Buffer.from(sample.record.value, 'utf8'),
});

describe('every version of every event that was ever released', () => {
  it('has a sample, and every step between two versions has one', () => {
    expect(samples.map(({ type }) => type).sort()).toEqual([...CATALOGUE.keys()].sort());
    const retired = [...CATALOGUE.values()].filter(({ isCurrent }) => !isCurrent);
    expect(
      goldenSteps()
        .map(({ from }) => from)
        .sort(),
    ).toEqual(retired.map(({ type }) => type).sort());
  });

  it('[R-63] has samples with the bytes that were released', () => {
    const sums = readFileSync(new URL('./golden/released.sha256', import.meta.url), 'utf8').trimEnd();
    for (const line of sums.split('\n')) {
      const bytes = readFileSync(new URL(`./golden/${line.slice(66)}`, import.meta.url));
      expect(`${createHash('sha256').update(bytes).digest('hex')}  ${line.slice(66)}`).toBe(line);
    }
  });

  it.each(samples)('$type is read, proved and validated by the code of today', (sample) => {
    const event = decodeRecord(recordOf(sample));
    verifyEvent(event);
    goldenRegistry([sample.record.topic]).verify(event);
    expect(event.headerBytes.toString('utf8')).toBe(sample.headerBytes);
    expect(event.eventHash.toString('hex')).toBe(sample.eventHash);
    expect(event.skeleton).toEqual(sample.plain.skeleton);
    expect(event.sealed).toEqual(sample.sealed);
    validateOpenedEvent({ type: sample.type, ...sample.plain });
  });

  it.each(samples)('$type would be written with the same bytes today', (sample) => {
    const { header } = decodeRecord(recordOf(sample));
    const { skeletonhash: _s, sealedhashes: _h, dataschema: _d, ...facts } = header;
    const built = buildEvent(facts, sample.plain.skeleton, sample.sealed);
    expect(built.headerBytes.toString('utf8')).toBe(sample.headerBytes);
    const proof = goldenProof(sample.record.topic, built.eventHash);
    expect(encodeHeaders(built.header, proof)).toEqual(sample.record.headers);
    expect(encodeValue(sample.plain.skeleton, sample.sealed).toString('utf8')).toBe(sample.record.value);
    // The relay puts the stored bytes together without rendering them again.
    const sealed = built.sealedBytes?.toString('utf8') ?? '{}';
    expect(`{"sealed":${sealed},"skeleton":${built.skeletonBytes.toString('utf8')}}`).toBe(
      sample.record.value,
    );
  });

  it.each(goldenSteps())('$from becomes $to as it did when that was released', ({ from, to, plain }) => {
    const { name, schemaVersion } = definitionOf(from);
    const step = UPCAST_STEPS.filter((each) => each.name === name && each.from === schemaVersion);
    const before = samples.find(({ type }) => type === from)?.plain;
    if (!before) throw new Error('the step has a sample to start from');
    const after = upcast({ type: from, ...before }, chainOf(step));
    expect(after).toEqual({ type: to, ...plain });
    validateOpenedEvent(after);
  });

  it.each(samples)('$type reaches a reader as an event of the current version', ({ type, plain }) => {
    const event = upcast({ type, ...plain });
    expect(event.type).toBe(currentTypeOf(type));
    validateOpenedEvent(event);
  });
});
