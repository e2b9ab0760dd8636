import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { byteaArray, integerArray, textArray, uuidArray } from './binary-array.js';

describe('arrays in the binary format', () => {
  let harness: Harness;
  let client: pg.Client;

  beforeAll(async () => {
    harness = await startHarness();
    client = await harness.connect('probity_ingest', 'probity_events');
  }, 180_000);

  afterAll(async () => {
    await harness.close();
  });

  const read = async (type: string, value: Buffer): Promise<unknown> =>
    (await client.query<{ value: unknown }>(`SELECT $1::${type}[] AS value`, [value])).rows[0]?.value;

  it('are read by the server as they were written', async () => {
    const bytes = fc.option(fc.uint8Array().map((each) => Buffer.from(each)));
    const text = fc.string({ unit: 'binary' }).filter((each) => !each.includes('\0'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes),
        fc.array(text),
        fc.array(fc.integer({ min: -0x80000000, max: 0x7fffffff })),
        fc.array(fc.uuid()),
        async (byteas, texts, integers, uuids) => {
          expect(await read('bytea', byteaArray(byteas))).toEqual(byteas);
          expect(await read('text', textArray(texts))).toEqual(texts);
          expect(await read('integer', integerArray(integers))).toEqual(integers);
          expect(await read('uuid', uuidArray(uuids))).toEqual(uuids);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('hold no number beyond 32 bits and no id that is none', () => {
    expect(() => integerArray([0x80000000])).toThrow('out of range');
    expect(() => integerArray([1.5])).toThrow('whole');
    expect(() => uuidArray(['zz'])).toThrow('UUID');
  });
});
