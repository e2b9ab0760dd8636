import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delimitedLine } from './delimited-line.js';
import { isFileProblem } from './file-problem.js';
import { readGroups } from './groups-file.js';
import { AS_OF, stream } from './spec-support.js';

/** As in csv-fuzz: `PROBITY_FUZZ_RUNS` is the long series; a failure prints its seed and path. */
const RUNS = Number(process.env['PROBITY_FUZZ_RUNS'] ?? 300);
/** Stands in every cell that tells of people: no problem may hold it. */
const CONTENT = 'Zuxiplon';
const HEADER = 'group,borough,designated_on,last_audit,qualifying_members';

/** A cell that is mostly one that can be read, so that lines of one group meet. */
const cell = (readable: readonly string[], other: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...readable) },
    { weight: 1, arbitrary: fc.constantFrom(...other, CONTENT) },
  );
const row = fc
  .record({
    name: cell([`SYN ${CONTENT}`, `SYN "${CONTENT}", 2`], [`SYN ${CONTENT}\r\n3`, ' ']),
    borough: cell(['E09000012', 'E09000013'], ['E09000001', 'E09000034']),
    designated: cell(['2025-01-02'], ['2025-02-30', '2027-01-01']),
    audit: cell(['', '2026-01-02'], ['02/01/2026']),
    members: cell(['12', '13'], ['-1', '1234567']),
  })
  .map((cells) => delimitedLine(Object.values(cells), ',', '\r\n'));

/** Bytes that damage: structure, a zero byte, a byte that is no UTF-8. */
const damage = fc.constantFrom('"', ',', '\n', '\r', '\0', '\xff', '');
const damaged = fc
  .record({
    rows: fc.array(row, { maxLength: 5 }),
    edits: fc.array(fc.record({ at: fc.nat(400), drop: fc.nat(2), put: damage }), { maxLength: 2 }),
    keep: fc.option(fc.nat(400), { nil: null, freq: 4 }),
  })
  .map(({ rows, edits, keep }) => {
    let text = `${HEADER}\r\n${rows.join('')}`;
    for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
    return Buffer.from(keep === null ? text : text.slice(0, keep), 'latin1');
  });

describe('a groups file with damage anywhere', () => {
  it('is read the same whatever the chunks: groups that are whole, and problems at a line, without the content of a cell', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, fc.integer({ min: 1, max: 50 }), async (bytes, size) => {
        const found = await readGroups(stream(bytes), AS_OF);
        expect(await readGroups(stream(bytes, size), AS_OF)).toEqual(found);
        const problems = isFileProblem(found) ? [found] : found.problems;
        const lines = bytes.toString('latin1').split('\n').length;
        for (const { sentence, remedy, line } of problems) {
          expect(sentence + remedy).not.toContain(CONTENT);
          expect(line ?? 1).toBeGreaterThan(0);
          expect(line ?? 1).toBeLessThanOrEqual(lines);
        }
        if (isFileProblem(found)) return;
        const names = found.groups.map(({ borough, name }) => `${borough} ${name}`);
        expect(new Set(names).size).toBe(names.length);
        for (const { name, borough, designatedOn, lastAudit, qualifyingMembers } of found.groups) {
          expect(name.trim()).not.toBe('');
          expect(borough).toMatch(/^E090000(0[2-9]|[12]\d|3[0-3])$/);
          for (const date of [designatedOn, lastAudit ?? designatedOn]) expect(date <= AS_OF).toBe(true);
          expect(qualifyingMembers).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
