import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { ReadItem } from './csv-reader.js';
import { readRows } from './csv-reader.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem } from './file-problem.js';
import { openList } from './legacy-file.js';
import type { ListItem } from './legacy-file.js';
import { ListCheck } from './list-check.js';
import { AS_OF, DIALECTS, RULES, all, goodFields, listBytes } from './spec-support.js';

/** `PROBITY_FUZZ_RUNS=20000 npm run jest -- csv-fuzz` is the long series; a failure prints its seed and path. */
const RUNS = Number(process.env['PROBITY_FUZZ_RUNS'] ?? 300);

/** Cuts bytes into chunks of changing sizes. */
async function* chunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const structural = fc.constantFrom(0x22, 0x2c, 0x0a, 0x0d, 0x22, 0x2c, 0x0a, 0x61, 0x20);
const oddByte = fc.oneof(
  { weight: 12, arbitrary: structural },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const bytesOf = (values: readonly number[]): Buffer => Buffer.from(values);

/** A list with some of its bytes changed, left out, doubled or cut off. */
const mutated = fc
  .record({
    form: fc.constantFrom(...DIALECTS),
    rows: fc.integer({ min: 0, max: 4 }),
    edits: fc.array(
      fc.record({ at: fc.nat(3_000), drop: fc.nat(3), put: fc.array(oddByte, { maxLength: 3 }) }),
      { maxLength: 4 },
    ),
    keep: fc.option(fc.nat(3_000), { nil: null, freq: 3 }),
  })
  .map(({ form, rows, edits, keep }) => {
    const fields = Array.from({ length: rows }, (_, index) =>
      goodFields(form, { local_ref: `SYN-${index}`, notes: 'a "b"\r\nc' }),
    );
    let bytes = listBytes(form, fields);
    for (const { at, drop, put } of edits)
      bytes = Buffer.concat([bytes.subarray(0, at), bytesOf(put), bytes.subarray(at + drop)]);
    return keep === null ? bytes : bytes.subarray(0, keep);
  });

/** The same file by another reader; null where that one refuses it. */
function secondOpinion(bytes: Buffer): string[][] | null {
  try {
    return parse(bytes, {
      delimiter: ',',
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      bom: true,
    });
  } catch {
    return null;
  }
}

function split(items: readonly ReadItem[]): {
  lines: number[];
  fields: (readonly string[])[];
  hasProblem: boolean;
} {
  const rows = items.flatMap((item) => (item.kind === 'row' ? [item.row] : []));
  return {
    lines: rows.map(({ line }) => line),
    fields: rows.map(({ fields }) => fields),
    hasProblem: items.at(-1)?.kind === 'problem',
  };
}

function checkOf(bytes: Buffer, cuts: readonly number[]): unknown {
  const check = new ListCheck({ dialects: DIALECTS });
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = cuts[turn % cuts.length] ?? 1;
    const problem = check.take(bytes.subarray(at, at + size));
    if (problem !== null) return problem;
    at += size;
  }
  return check.finish();
}

describe('any bytes', () => {
  it('are read the same whatever the chunks, as rows and then at most one problem at a place within the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(oddByte, { maxLength: 200 }),
        sizes,
        fc.constantFrom('utf-8', 'windows-1252'),
        async (values, cuts, encoding) => {
          const bytes = bytesOf(values);
          const form = { delimiter: ',', encoding } as const;
          const items = await all(readRows(chunks(bytes, [1 << 16]), form));
          expect(await all(readRows(chunks(bytes, cuts), form))).toEqual(items);
          const { lines } = split(items);
          expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
          for (const item of items.slice(0, -1)) expect(item.kind).toBe('row');
          const last = items.at(-1);
          if (last?.kind !== 'problem') return;
          const { line, byte = 1, column = 1 } = last.problem;
          expect(line).toBe(
            bytes
              .subarray(0, byte - 1)
              .toString('latin1')
              .split('\n').length,
          );
          expect(byte).toBeLessThanOrEqual(bytes.length);
          expect(column).toBeGreaterThan(0);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('that are read without a problem give the rows that another reader gives, each on the line where it starts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(structural, { maxLength: 120 }), sizes, async (values, cuts) => {
        const bytes = bytesOf(values);
        const items = await all(readRows(chunks(bytes, cuts), { delimiter: ',', encoding: 'utf-8' }));
        const { lines, fields, hasProblem } = split(items);
        const other = secondOpinion(bytes);
        if (hasProblem) expect(other).toBeNull();
        else expect(fields).toEqual(other);
        const physical = bytes.toString().split('\n');
        for (const [index, line] of lines.entries()) {
          const start = physical[line - 1] ?? '';
          expect(
            start.startsWith('"') || start.startsWith((fields[index]?.[0] ?? '').split('\n')[0] ?? ''),
          ).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a list with damage anywhere', () => {
  it('[R-19] gives rows that are whole or problem rows and then at most one problem, and its check says the same before', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, sizes, async (bytes, cuts) => {
        const read = async (pieces: readonly number[]): Promise<ListItem[] | FileProblem> => {
          const opened = await openList(chunks(bytes, pieces), { dialects: DIALECTS });
          return isFileProblem(opened) ? opened : all(opened.rows({ asOf: AS_OF, rules: RULES }));
        };
        const found = await read([1 << 16]);
        expect(await read(cuts)).toEqual(found);
        const problem = isFileProblem(found)
          ? found
          : found.flatMap((item) => (item.kind === 'problem' ? [item.problem] : []))[0];
        expect(checkOf(bytes, cuts)).toEqual(problem ?? null);
        if (isFileProblem(found)) return;
        for (const item of found) {
          if (item.kind === 'problem') continue;
          expect(['readable', 'unreadable']).toContain(item.reading.kind);
          if (item.reading.kind === 'readable') expect(item.raw.fields.length).toBeGreaterThanOrEqual(56);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
