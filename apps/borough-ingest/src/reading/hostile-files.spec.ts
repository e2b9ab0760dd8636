import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { COLUMNS } from './columns.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem } from './file-problem.js';
import { openList } from './legacy-file.js';
import { ListCheck } from './list-check.js';
import { MAX_FIELDS, MAX_PIECE_BYTES, MAX_ROW_BYTES } from './row-scanner.js';
import {
  AS_OF,
  DIALECTS,
  RULES,
  all,
  dialect,
  goodFields,
  itemsOf,
  listBytes,
  stream,
} from './spec-support.js';

const PLAIN = dialect('plain');
const SECRET = 'Zqvx';
const HEAD = listBytes(PLAIN, []);
const ROW = listBytes(PLAIN, [goodFields(PLAIN, { family_name: SECRET, notes: SECRET })]).subarray(
  HEAD.length,
);
/** Bytes of the header and one row, so that what comes after begins at the next. */
const BEFORE = HEAD.length + ROW.length;

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const list = (...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat([HEAD, ROW, ...parts.map((part) => (typeof part === 'string' ? text(part) : part))]);
const wide = (width: number, isBig: boolean): Buffer => {
  const bytes = Buffer.from(HEAD.toString('latin1'), 'utf16le');
  if (width === 2) return isBig ? Buffer.from(bytes).swap16() : bytes;
  return Buffer.concat([...HEAD].map((byte) => Buffer.from(isBig ? [0, 0, 0, byte] : [byte, 0, 0, 0])));
};

interface Hostile {
  name: string;
  bytes: Buffer;
  /** Rows that could be told apart before; a checked upload imports none of them. */
  rows?: number;
  code?: string;
  line: number | null;
  column?: number;
  byte?: number;
  says: RegExp;
}

// prettier-ignore
const OTHER_KINDS: readonly Hostile[] = [
  { name: 'a ZIP archive or XLSX', bytes: text('PK\x03\x04\x14\0\x06\0secret'), line: 1, byte: 1, says: /Excel workbook \(XLSX\)/ },
  { name: 'an old XLS', bytes: text('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0'), line: 1, byte: 1, says: /old Excel workbook/ },
  { name: 'a PDF', bytes: text('%PDF-1.7\n%\xe2\xe3'), line: 1, byte: 1, says: /PDF/ },
  { name: 'gzip', bytes: gzipSync(list()), line: 1, byte: 1, says: /gzip/ },
  { name: 'UTF-16, little end first', bytes: Buffer.concat([text('\xff\xfe'), wide(2, false)]), line: 1, byte: 1, says: /UTF-16/ },
  { name: 'UTF-16, big end first', bytes: Buffer.concat([text('\xfe\xff'), wide(2, true)]), line: 1, byte: 1, says: /UTF-16/ },
  { name: 'UTF-16 without a mark', bytes: wide(2, false), line: 1, byte: 1, says: /UTF-16/ },
  { name: 'UTF-16 without a mark, big end first', bytes: wide(2, true), line: 1, byte: 1, says: /UTF-16/ },
  { name: 'UTF-32', bytes: Buffer.concat([text('\xff\xfe\0\0'), wide(4, false)]), line: 1, byte: 1, says: /UTF-32/ },
  { name: 'UTF-32 without a mark', bytes: wide(4, true), line: 1, byte: 1, says: /UTF-32/ },
  { name: 'nothing', bytes: text(''), line: null, says: /empty/ },
  { name: 'a byte-order mark alone', bytes: text('\xef\xbb\xbf'), line: null, says: /empty/ },
  { name: 'empty lines alone', bytes: text('\r\n\n\r\n'), line: null, says: /empty/ },
];

// prettier-ignore
const DAMAGED: readonly Hostile[] = [
  { name: 'a byte of Windows-1252', bytes: list(`SYN-2,Nominal,${SECRET}\xe9,`), rows: 1, line: 3, column: 3, byte: BEFORE + 19, says: /not UTF-8/ },
  { name: 'an overlong character', bytes: list('SYN-2,\xc0\xaf\r\n'), rows: 1, line: 3, column: 2, byte: BEFORE + 7, says: /not UTF-8/ },
  { name: 'half a surrogate pair', bytes: list('\xed\xa0\x80,\r\n'), rows: 1, line: 3, column: 1, byte: BEFORE + 1, says: /not UTF-8/ },
  { name: 'an end inside a character', bytes: list('SYN-2,Nominal,\xf0\x9f\x98'), rows: 1, line: 3, column: 3, byte: BEFORE + 15, says: /stops in the middle/ },
  { name: 'a zero byte', bytes: list(ROW, `SYN-3,${SECRET}\0,x\r\n`), rows: 2, line: 4, column: 2, byte: BEFORE + ROW.length + 11, says: /zero byte/ },
  { name: 'a quote that is never closed', bytes: list(`SYN-2,"${SECRET}\r\n`, ROW), rows: 1, line: 3, column: 2, byte: BEFORE + 7, says: /ends inside a quoted field/ },
  { name: 'a quote inside a field', bytes: list(`SYN-2,${SECRET}"x,\r\n`), rows: 1, line: 3, column: 2, byte: BEFORE + 11, says: /quotation mark in a wrong place/ },
  { name: 'a quote that closes too soon', bytes: list(`SYN-2,"a\nb" ${SECRET}",\r\n`), rows: 1, line: 4, column: 2, byte: BEFORE + 11, says: /quotation mark in a wrong place/ },
  { name: 'a quoted field before a lone CR', bytes: list(`SYN-2,"${SECRET}"\rx\n`), rows: 1, line: 3, column: 2, byte: BEFORE + 12, says: /quotation mark in a wrong place/ },
  { name: 'a field of 100 KB too many', bytes: list(`SYN-2,${'x'.repeat(MAX_ROW_BYTES)}\r\n`), rows: 1, line: 3, column: 1, byte: BEFORE + 1, says: /longer than 131072 bytes/ },
  { name: 'an endless quoted field', bytes: list(`SYN-2,"${`${SECRET}\n`.repeat(60_000)}`), rows: 1, line: 3, column: 2, byte: BEFORE + 7, says: /longer than/ },
  { name: '10,000 fields', bytes: list(`${','.repeat(10_000)}\r\n`), rows: 1, line: 3, column: MAX_FIELDS, byte: BEFORE + MAX_FIELDS, says: /more than 1000 fields/ },
];

// prettier-ignore
const HEADERS: readonly Hostile[] = [
  { name: 'a column missing', bytes: text(`${COLUMNS.join(',').replace('band,', '')}\n`), line: 1, says: /lacks "band"/ },
  { name: 'a column twice', bytes: text(`${COLUMNS.join(',')},band\n`), line: 1, column: 57, says: /more than once: "band"/ },
  { name: 'a column in other letters', bytes: text(`${COLUMNS.join(',')}, Band\n`), code: 'SCH-002', line: 1, column: 57, says: /position 57 \(written otherwise than "band"\)/ },
  { name: 'a delimiter at the end', bytes: text(`${COLUMNS.join(',')},\n`), code: 'SCH-002', line: 1, column: 57, says: /not known, at position 57/ },
  { name: 'lines that end with CR alone', bytes: text(HEAD.toString().replace('\r\n', '\r') + ROW.toString().replace('\r\n', '\r')), line: 1, column: 56, says: /line break in the name/ },
  { name: '10,000 columns', bytes: text(`${COLUMNS.join(',')}${',x'.repeat(9_944)}\n`), line: 1, says: /not a header/ },
  { name: 'no header but a row', bytes: ROW, line: 1, says: /not a header/ },
];

async function outcome(
  source: AsyncIterable<Uint8Array>,
  told: string | null,
): Promise<{ rows: number; problem: FileProblem | null }> {
  const opened = await openList(source, { dialects: DIALECTS, told });
  if (isFileProblem(opened)) return { rows: 0, problem: opened };
  const items = await all(opened.rows({ asOf: AS_OF, rules: RULES }));
  const last = items.at(-1);
  return last?.kind === 'problem'
    ? { rows: items.length - 1, problem: last.problem }
    : { rows: items.length, problem: null };
}

function checked(bytes: Buffer, told: string | null, cut: number): FileProblem | null {
  const check = new ListCheck({ dialects: DIALECTS, told });
  for (let at = 0; at < bytes.length; at += cut) {
    const problem = check.take(bytes.subarray(at, at + cut));
    if (problem !== null) return problem;
  }
  return check.finish();
}

describe('a file that is no list', () => {
  it.each([...OTHER_KINDS, ...DAMAGED, ...HEADERS])(
    '[R-19] is refused with its place and a remedy, and without a word of what it holds: $name',
    async ({ bytes, rows = 0, code = 'SCH-003', line, column, byte, says }) => {
      for (const told of [null, 'plain']) {
        const found = await outcome(stream(bytes), told);
        expect(found.rows).toBe(rows);
        expect(found.problem).toMatchObject({ code, line });
        if (told === null || byte !== undefined) {
          expect(found.problem?.sentence).toMatch(says);
          expect([found.problem?.column, found.problem?.byte]).toEqual([column, byte]);
        }
        expect(found.problem?.remedy).toMatch(/^[A-Z].*\.$/);
        expect(JSON.stringify(found.problem)).not.toMatch(/Zqvx|SYN-|secret/);
        for (const cut of [1, 7, 100_000].filter((size) => bytes.length / size < 50_000)) {
          expect(await outcome(stream(bytes, cut), told)).toEqual(found);
          expect(checked(bytes, told, cut)).toEqual(found.problem);
        }
      }
    },
  );

  it('is found out at once, whatever follows: of a line of 2 GB no more is taken than a row may hold', () => {
    for (const filler of ['x', ',', '"', 'é']) {
      const check = new ListCheck({ dialects: DIALECTS, told: null });
      const piece = Buffer.alloc(MAX_PIECE_BYTES, filler);
      let [taken, problem] = [HEAD.length, check.take(HEAD)];
      for (; problem === null && taken < 2 ** 31; taken += piece.length) problem = check.take(piece);
      expect(problem).toMatchObject({ code: 'SCH-003' });
      expect(taken).toBeLessThanOrEqual(MAX_ROW_BYTES + 3 * MAX_PIECE_BYTES);
    }
  });

  it('is read in memory of one size: 64 MB of rows leave nothing behind', () => {
    const check = new ListCheck({ dialects: DIALECTS, told: null });
    const piece = Buffer.concat(Array.from({ length: 2_000 }, () => ROW));
    check.take(HEAD);
    const before = process.memoryUsage();
    for (let taken = 0; taken < 64 * 2 ** 20; taken += piece.length) expect(check.take(piece)).toBeNull();
    expect(check.finish()).toBeNull();
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4 * 2 ** 20);
  });
});

describe('a list that is odd but whole', () => {
  const read = async (bytes: Buffer): Promise<string[]> =>
    (await itemsOf(bytes)).map((item) =>
      item.kind === 'row' ? `${item.reading.line} ${item.reading.kind}` : item.problem.sentence,
    );
  const good = (changes = {}): string =>
    listBytes(PLAIN, [goodFields(PLAIN, changes)])
      .subarray(HEAD.length)
      .toString();

  it.each([
    ['a header alone', HEAD, []],
    [
      'line ends of both kinds, and line breaks in quotes as Excel writes them',
      list(good().replace('\r\n', '\n'), good({ notes: 'a\nb' }), good({ notes: 'a\r\nb' }), good()),
      ['2 readable', '3 readable', '4 readable', '6 readable', '8 readable'],
    ],
    ['empty lines', list('\r\n\n', good(), '\n'), ['2 readable', '5 readable']],
    ['no line break at its end', list(good().trimEnd()), ['2 readable', '3 readable']],
    ['a row cut off', list(good().slice(0, 100)), ['2 readable', '3 unreadable']],
    [
      'a row with a delimiter too many',
      list(good().replace('\r\n', ',\r\n'), good()),
      ['2 readable', '3 unreadable', '4 readable'],
    ],
    [
      'a lone CR between two rows',
      list(good().replace('\r\n', '\r'), good()),
      ['2 readable', '3 unreadable'],
    ],
    [
      'another list with its header behind it',
      list(HEAD, good()),
      ['2 readable', '3 unreadable', '4 readable'],
    ],
  ])('[R-19] is read to its end, each row whole or a problem row: %s', async (_, bytes, wanted) => {
    expect(await read(bytes)).toEqual(wanted);
    expect(checked(bytes, null, 1 << 16)).toBeNull();
  });

  it.each(['\ufeff', '\u200b', '\u202e', '\u0007', '\u0085', '\ufffd'])(
    '[R-19] has a problem row where a field holds what nobody sees: %j',
    async (hidden) => {
      const [item] = await itemsOf(listBytes(PLAIN, [goodFields(PLAIN, { family_name: `Vo${hidden}tav` })]));
      expect(item).toMatchObject({ reading: { kind: 'unreadable', fields: ['family_name'] } });
    },
  );
});
