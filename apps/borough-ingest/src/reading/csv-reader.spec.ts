import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReadItem } from './csv-reader.js';
import { readRows } from './csv-reader.js';
import type { FileProblem } from './file-problem.js';
import { MAX_ROW_BYTES } from './row-scanner.js';
import { all, stream } from './spec-support.js';
import type { Encoding } from './text-encoding.js';
import { encodeText } from './text-encoding.js';

const CUTS = [1, 2, 3, 7, 1 << 20];

function read(bytes: Buffer | string, encoding: Encoding = 'utf-8', cut = 1 << 16): Promise<ReadItem[]> {
  return all(readRows(stream(Buffer.from(bytes as string), cut), { delimiter: ',', encoding }));
}

function rowsOf(items: readonly ReadItem[]): [number, ...string[]][] {
  return items.flatMap((item) =>
    item.kind === 'row' ? [[item.row.line, ...item.row.fields] as [number]] : [],
  );
}

function problemOf(items: readonly ReadItem[]): FileProblem {
  const last = items.at(-1);
  if (last?.kind !== 'problem') throw new Error('no problem');
  return last.problem;
}

describe('the physical line of a row', () => {
  const text = '\r\na,b\r\n\r\n1,"x\r\ny\nz"\r\n\n\r\n2,é\n3,"say ""4"""';
  it.each(CUTS)(
    'is the one on which it starts, breaks inside quotes and empty lines counted (pieces of %i)',
    async (cut) => {
      const progress = { bytes: 0, blankLines: 0 };
      const items = await all(
        readRows(stream(Buffer.from(text), cut), { delimiter: ',', encoding: 'utf-8' }, progress),
      );
      expect(rowsOf(items)).toEqual([
        [2, 'a', 'b'],
        [4, '1', 'x\r\ny\nz'],
        [9, '2', 'é'],
        [10, '3', 'say "4"'],
      ]);
      expect(progress).toEqual({ bytes: Buffer.byteLength(text), blankLines: 4 });
    },
  );

  it('is right for any fields, line ends and cuts', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' '), maxLength: 6 });
    const row = fc.record({
      fields: fc.array(field, { minLength: 2, maxLength: 4 }),
      blanks: fc.nat(2),
      end: fc.constantFrom('\n', '\r\n'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), fc.constantFrom(...CUTS), async (rows, cut) => {
        let bytes = '';
        const wanted = rows.map(({ fields, blanks, end }) => {
          bytes += end.repeat(blanks);
          const line = bytes.split('\n').length;
          bytes += fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',') + end;
          return [line, ...fields];
        });
        expect(rowsOf(await read(bytes, 'utf-8', cut))).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('of a row after an empty file does not exist', async () => {
    expect(await read('')).toEqual([]);
    expect(await read('\r\n\r\n')).toEqual([]);
  });
});

describe('the encoding of a list', () => {
  it.each(CUTS)(
    'gives back every character of UTF-8, with or without the byte-order mark (pieces of %i)',
    async (cut) => {
      expect(rowsOf(await read('\ufeffŠ,ł€\n😀,é', 'utf-8', cut))).toEqual([
        [1, 'Š', 'ł€'],
        [2, '😀', 'é'],
      ]);
      expect(rowsOf(await read('é', 'utf-8', cut))).toEqual([[1, 'é']]);
    },
  );

  it.each(CUTS)('gives back every character of Windows-1252 (pieces of %i)', async (cut) => {
    const text = 'Š,žŸ€“”\nÀ,ÿ\nÍŠ,Ã';
    expect(rowsOf(await read(encodeText(text, 'windows-1252'), 'windows-1252', cut))).toEqual([
      [1, 'Š', 'žŸ€“”'],
      [2, 'À', 'ÿ'],
      [3, 'ÍŠ', 'Ã'],
    ]);
  });

  it.each(CUTS)('ends the reading at a byte that is not UTF-8, with its line (pieces of %i)', async (cut) => {
    const items = await read(Buffer.from('a,b\r\n1,"x\r\ny"\r\n2,\xe9\r\n3,c\r\n', 'latin1'), 'utf-8', cut);
    expect(rowsOf(items)).toEqual([
      [1, 'a', 'b'],
      [2, '1', 'x\r\ny'],
    ]);
    expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 4 });
  });

  it('ends the reading where the file stops inside a character', async () => {
    expect(problemOf(await read(Buffer.from([0x61, 0x0a, 0xc3])))).toMatchObject({
      code: 'SCH-003',
      line: 2,
    });
  });

  it.each(CUTS)(
    'ends the reading at UTF-8 letters in a Windows-1252 file instead of misspelling names (pieces of %i)',
    async (cut) => {
      const items = await read('a,b\nc,é\n', 'windows-1252', cut);
      expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 2 });
    },
  );

  it('ends the reading at a byte that Windows-1252 does not define', async () => {
    const items = await read(Buffer.from('a\nb\n\x8d', 'latin1'), 'windows-1252');
    expect(problemOf(items)).toMatchObject({ line: 3 });
  });

  it('is not UTF-16, nor UTF-8 by its mark in a Windows-1252 dialect', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b', 'utf16le')]);
    expect(problemOf(await read(utf16)).sentence).toContain('UTF-16');
    expect(problemOf(await read('\ufeffa', 'windows-1252')).sentence).toContain('UTF-8');
  });

  it('cannot be written where it lacks a character', () => {
    expect(() => encodeText('ł', 'windows-1252')).toThrow(RangeError);
  });
});

describe('a hostile file', () => {
  it.each(CUTS)('with a zero byte ends there, with its line (pieces of %i)', async (cut) => {
    const items = await read('a\nb\nc\0d\ne', 'utf-8', cut);
    expect(rowsOf(items)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 3 });
  });

  it.each(CUTS)('with a quote that is never closed says where its row starts (pieces of %i)', async (cut) => {
    const items = await read('a\nb\n\n"c\nd\ne', 'utf-8', cut);
    expect(rowsOf(items)).toHaveLength(2);
    expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 4 });
    expect(problemOf(items).sentence).toContain('ends inside a quoted field');
  });

  it.each(['"secret"x,1', 'secret"x",1', '"secret" ,1'])(
    'with a misplaced quote never echoes the field: %s',
    async (line) => {
      const items = await read(`a,b\n${line}\n`);
      expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 2 });
      expect(JSON.stringify(items)).not.toContain('secret');
    },
  );

  it('with a row of just the largest size is read, one byte more is a problem, whatever the pieces', async () => {
    const largest = `a\n${'x'.repeat(MAX_ROW_BYTES - 1)}\nb\n`;
    for (const cut of [1000, 1 << 22]) {
      expect(rowsOf(await read(largest, 'utf-8', cut))).toHaveLength(3);
      const items = await read(largest.replace('xx', 'xxx'), 'utf-8', cut);
      expect(rowsOf(items)).toEqual([[1, 'a']]);
      expect(problemOf(items)).toMatchObject({ code: 'SCH-003', line: 2 });
    }
  });

  it('with an endless row is given up before it fills the memory', async () => {
    let sent = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        sent += 1;
        yield await Promise.resolve(Buffer.alloc(1 << 16, ','));
      }
    };
    const items = await all(readRows(endless(), { delimiter: ',', encoding: 'utf-8' }));
    expect(problemOf(items)).toMatchObject({ line: 1 });
    expect(sent).toBeLessThan(20);
  });

  it('of empty lines only is counted, not kept', async () => {
    const items = await read(Buffer.concat([Buffer.alloc(MAX_ROW_BYTES + 99_999, '\n'), Buffer.from('a')]));
    expect(rowsOf(items)).toEqual([[MAX_ROW_BYTES + 100_000, 'a']]);
  });

  it('that breaks off while it is sent throws on what its source threw', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('a,b\n'));
      throw new Error('connection lost');
    };
    await expect(all(readRows(broken(), { delimiter: ',', encoding: 'utf-8' }))).rejects.toThrow(
      'connection lost',
    );
  });
});
