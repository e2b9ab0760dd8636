import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMNS } from './columns.js';
import type { ColumnName } from './columns.js';
import { parseDialect } from './dialect.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem } from './file-problem.js';
import { findDialect } from './find-dialect.js';
import { openList } from './legacy-file.js';
import { DIALECTS, dialect, goodFields, listBytes, readingsOf, stream } from './spec-support.js';

function found(bytes: Buffer | string, dialects: readonly Dialect[] = DIALECTS): string {
  const answer = findDialect(Buffer.from(bytes as string), dialects);
  return isFileProblem(answer) ? `${answer.code} ${answer.sentence}` : answer.name;
}

async function problem(bytes: Buffer | string, told: string | null = null): Promise<FileProblem> {
  const answer = await openList(stream(Buffer.from(bytes as string)), { dialects: DIALECTS, told });
  if (!isFileProblem(answer)) throw new Error('no problem');
  return answer;
}

const PLAIN = COLUMNS.join(',');

describe('the dialect of a list', () => {
  it('is found from its header, whatever the order of the columns', async () => {
    const order = fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length });
    await fc.assert(
      fc.asyncProperty(order, fc.constantFrom(...DIALECTS), async (columns: ColumnName[], form) => {
        const bytes = listBytes(form, [goodFields(form)], columns);
        expect(found(bytes)).toBe(form.name);
        expect((await readingsOf(bytes))[0]).toMatchObject({ kind: 'readable', line: 2 });
      }),
      { numRuns: 20 },
    );
  });

  it('is found where the last field of the header is followed by nothing or by a bare line feed', () => {
    expect(found(PLAIN)).toBe('plain');
    expect(found(`${PLAIN}\nx`)).toBe('plain');
    expect(found(`\r\n${PLAIN}\n`)).toBe('plain');
  });

  it('is a problem when two dialects fit, for the header cannot tell their dates apart', () => {
    const twin = parseDialect({
      name: 'twin',
      delimiter: ',',
      encoding: 'utf-8',
      byteOrderMark: false,
      header: { separator: '_', letters: 'lower', item: 'ev{n}' },
      date: { pattern: 'DD.MM.YYYY' },
      words: {},
    });
    if (!('name' in twin)) throw new Error(twin.join());
    expect(found(PLAIN, [...DIALECTS, twin])).toBe(
      'SCH-003 The header fits more than one dialect: "plain", "twin".',
    );
  });

  it('is a problem when none fits, and a first line that is no header is not echoed', async () => {
    const answer = await problem('Votav,Sajin,12 Imaginary Road\n');
    expect(answer).toMatchObject({ code: 'SCH-003', line: 1 });
    expect(JSON.stringify(answer)).not.toMatch(/Votav|Road/);
    expect(await problem('Votav,Sajin,12 Imaginary Road\n', 'plain')).toMatchObject({
      code: 'SCH-003',
      line: 1,
    });
  });

  it('can be told, and then the header must be in it', async () => {
    expect(await problem(listBytes(dialect('tab'), []), 'excel')).toMatchObject({ code: 'SCH-003', line: 1 });
    expect((await problem(PLAIN, 'no-such')).remedy).toContain('"semicolon"');
    const told = await openList(stream(Buffer.from(PLAIN)), { dialects: DIALECTS, told: 'plain' });
    expect(told).toMatchObject({ how: 'told' });
  });

  it.each([[null], ['plain']])('is not asked of an empty file or a workbook (told: %s)', async (told) => {
    expect((await problem('', told)).sentence).toBe('The file is empty.');
    expect((await problem(Buffer.from('PK\x03\x04\x00\x00', 'latin1'), told)).sentence).toContain(
      'Excel workbook',
    );
  });
});

describe('the header of a list', () => {
  it.each([[null], ['plain']])(
    'tells where each unknown column stands (SCH-002) and names each missing one (told: %s)',
    async (told) => {
      const answer = await problem(PLAIN.replace('nickname', 'shoe_size').replace('sex', 'gender'), told);
      expect(answer).toMatchObject({ code: 'SCH-002', line: 1, column: 6 });
      expect(answer.sentence).toContain('not known, at position 6, 23');
      expect(answer.sentence).toContain('lacks "sex", "nickname"');
    },
  );

  it('names a missing column and one that is there twice', async () => {
    expect(await problem(PLAIN.replace('band,', ''))).toMatchObject({ code: 'SCH-003', line: 1 });
    expect((await problem(PLAIN.replace('band,', ''))).sentence).toContain('lacks "band"');
    const twice = await problem(`${PLAIN},band`);
    expect(twice).toMatchObject({ code: 'SCH-003', line: 1 });
    expect(twice.sentence).toContain('has more than once: "band"');
  });

  it('is compared letter for letter, and what differs in that alone is told to be meant', async () => {
    for (const written of ['Band', 'band ', 'BAND']) {
      const answer = await problem(PLAIN.replace('band', written));
      expect(answer).toMatchObject({ code: 'SCH-002', line: 1, column: 17 });
      expect(answer.sentence).toContain('position 17 (written otherwise than "band"); it lacks "band"');
    }
  });

  it('[R-19] is never echoed: a row that has run into the header may stand there', async () => {
    const answer = await problem(PLAIN.replace('band', `Votav,${'y'.repeat(500)}`));
    expect(answer).toMatchObject({ code: 'SCH-002', column: 17 });
    expect(answer.sentence).not.toMatch(/Votav|yyy/);
    const run = await problem(`${PLAIN}\rSYN-1,Nominal,Votav\rSYN-2,Nominal,Sajin`);
    expect(run).toMatchObject({ code: 'SCH-003', line: 1, column: 56 });
    expect(run.sentence).toContain('line break');
    expect(JSON.stringify(run)).not.toMatch(/SYN|Votav|Sajin/);
  });

  it('is told by its line where empty lines stand before it', async () => {
    expect(await problem(`\n\r\n${PLAIN},x`)).toMatchObject({ code: 'SCH-002', line: 3, column: 57 });
  });

  it('of another dialect than the one that was named says which it is', async () => {
    const answer = await problem(listBytes(dialect('tab'), []), 'excel');
    expect(answer.sentence).toBe('The file is in the dialect "tab", and "excel" was named.');
    expect(answer.remedy).toContain('"tab"');
  });
});
