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
      'zero byte',
    );
  });
});

describe('the header of a list', () => {
  it.each([[null], ['plain']])(
    'names each unknown column (SCH-002) and each missing one (told: %s)',
    async (told) => {
      const answer = await problem(PLAIN.replace('nickname', 'shoe_size').replace('sex', 'gender'), told);
      expect(answer).toMatchObject({ code: 'SCH-002', line: 1 });
      expect(answer.sentence).toContain('not known: "gender", "shoe_size"');
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

  it('is compared letter for letter', async () => {
    expect((await problem(PLAIN.replace('band', 'Band'))).code).toBe('SCH-002');
    expect((await problem(PLAIN.replace('band', 'band '))).code).toBe('SCH-002');
  });

  it('names an unknown column without control characters and at bounded length', async () => {
    const answer = await problem(PLAIN.replace('band', `"x\n${'y'.repeat(500)}"`));
    expect(answer.sentence).toContain('"x yyy');
    expect(answer.sentence.length).toBeLessThan(300);
  });
});
