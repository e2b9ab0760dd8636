import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMNS } from './columns.js';
import { RowReader } from './csv-reader.js';
import { delimitedLine } from './delimited-line.js';
import { neutraliseFormula, restoreFormula } from './formula.js';
import { problemRow, problemRowsHead } from './problem-rows.js';
import { reportLine } from './report-writer.js';
import type { Fields } from './spec-support.js';
import {
  AS_OF,
  DIALECTS,
  RULES,
  all,
  dialect,
  goodFields,
  itemsOf,
  listBytes,
  opened,
  readingsOf,
} from './spec-support.js';

const PROBLEM = { codes: ['SCH-003'], fields: ['date_of_birth', 'ev1_submitted_by'] as const };

/** Writes every row of a list back as a problem row. */
async function writtenBack(bytes: Buffer): Promise<Buffer> {
  const list = await opened(bytes);
  const items = await all(list.rows({ asOf: AS_OF, rules: RULES }));
  const lines = items.map((item) => {
    if (item.kind === 'problem') throw new Error('problem');
    return problemRow(list.dialect, list.header, item.raw, PROBLEM);
  });
  return Buffer.concat([problemRowsHead(list.dialect, list.header), ...lines]);
}

describe('a problem-rows file', () => {
  it('is in the dialect, order and encoding of its list, with the reason in two more columns', async () => {
    const expected: Record<string, [string, string]> = {
      plain: ['problem_codes,problem_fields', '"date_of_birth, ev1_submitted_by"'],
      excel: ['Problem Codes,Problem Fields', '"Date Of Birth, Evidence 1 Submitted By"'],
      semicolon: ['PROBLEM_CODES;PROBLEM_FIELDS', 'DATE_OF_BIRTH, EV1_SUBMITTED_BY'],
      tab: ['problem-codes\tproblem-fields', 'date-of-birth, ev1-submitted-by'],
    };
    for (const form of DIALECTS) {
      const list = listBytes(form, [goodFields(form, { family_name: 'Éša' })], [...COLUMNS].reverse());
      const [head, reason] = expected[form.name] ?? ['', ''];
      const encoding = form.encoding === 'utf-8' ? 'utf8' : 'latin1';
      const back = (await writtenBack(list)).toString(encoding).split('\r\n');
      const sent = list.toString(encoding).split('\r\n');
      expect(back).toEqual([
        `${sent[0] ?? ''}${form.delimiter}${head}`,
        `${sent[1] ?? ''}${form.delimiter}SCH-003${form.delimiter}${reason}`,
        '',
      ]);
    }
  });

  it('[R-19] leaves blank what must not cross the door, and all of a row whose fields cannot be told apart', async () => {
    const form = dialect('plain');
    const planted = goodFields(form, {
      home_address: '1 Nowhere',
      pnc_id: 'SYN99',
      nickname: 'Canary',
      notes: 'kept',
    });
    const ragged = listBytes(form, [planted]).toString().replace(/\r\n$/, ',\r\n');
    const back = (
      await writtenBack(
        Buffer.concat([Buffer.from(ragged), listBytes(form, [planted]).subarray(listBytes(form, []).length)]),
      )
    ).toString();
    expect(back).not.toMatch(/Nowhere|SYN99|Canary/);
    const lines = back.split('\r\n');
    expect(lines[1]).toBe(`${','.repeat(56)}SCH-003,"line 2 of the list has 57 fields, its header 56"`);
    expect(lines[2]).toContain('kept');
  });

  it('neutralises what a spreadsheet would run', async () => {
    const form = dialect('tab');
    for (const value of ['=cmd()', '+1', '-1+2', '@x', '\tx', '\rx']) {
      const back = (
        await writtenBack(listBytes(form, [goodFields(form, { notes: value, local_ref: value })]))
      ).toString();
      expect(back).toContain(`'${value}`);
      expect(back.replaceAll(`'${value}`, '')).not.toContain(value);
      expect((await readingsOf(Buffer.from(back)))[0]).toMatchObject({ row: { localRef: value } });
    }
  });

  it('is imported again as it is, whatever its fields hold, and written back again is the same bytes', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', 'š', '"', "'", ',', ';', '\t', '\n', '\r\n', '=', '-', ' ', '€'),
      maxLength: 8,
    });
    const changes = fc.record({
      local_ref: text,
      family_name: text,
      given_name: text,
      group: text,
      ev1_ref: text,
      notes: text,
      band: text,
    });
    const order = fc.shuffledSubarray([...COLUMNS], { minLength: COLUMNS.length });
    const rows = fc.array(changes, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DIALECTS), rows, order, async (form, list, columns) => {
        const bytes = listBytes(
          form,
          list.map((row) => goodFields(form, row as Fields)),
          columns,
        );
        const once = await writtenBack(bytes);
        const [first, again] = [await readingsOf(bytes), await readingsOf(once)];
        expect(again).toEqual(first);
        expect(await writtenBack(once)).toEqual(once);
      }),
      { numRuns: 100 },
    );
  });

  it('can be cut to the two columns less, or have them moved, and still be read', async () => {
    const form = dialect('plain');
    const [head = '', row = ''] = listBytes(form, [goodFields(form)])
      .toString()
      .split('\r\n');
    const list = `problem_codes,${head}\r\nSCH-003,${row}\r\n`;
    expect((await readingsOf(Buffer.from(list)))[0]).toMatchObject({ kind: 'readable' });
  });
});

describe('a list written in a dialect', () => {
  it('is read back with the values that were written', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', 'š', '"', ',', ';', '\t', '\n', '\r\n', ' ', '€'),
      maxLength: 6,
    });
    const named = text.map((value) => `x${value}`);
    const values = fc.record({
      local_ref: named,
      family_name: named,
      ev1_origin: named,
      child_authority: named,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DIALECTS), values, async (form, changes) => {
        const [item] = await itemsOf(listBytes(form, [goodFields(form, changes)]));
        expect(item).toMatchObject({
          reading: {
            row: {
              localRef: changes.local_ref,
              familyName: changes.family_name,
              childAuthority: changes.child_authority,
              items: [{ rootOriginId: changes.ev1_origin }],
            },
          },
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a formula in a value', () => {
  const sign = ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20', '\t', '\r', '\n'] as const;
  const unit = fc.constantFrom(...sign, "'", '"', ' ', '\u00a0', ',', ';', '|', 'a', '1');
  const value = fc.string({ unit, maxLength: 12 });

  it('is neutralised and comes back exactly', () => {
    fc.assert(
      fc.property(value, (text) => {
        const safe = neutraliseFormula(text);
        expect(safe).not.toMatch(/^['"\s]*[=+\-@\uff1d\uff0b\uff0d\uff20](?<!'.*)/s);
        expect(safe).not.toMatch(/^[\t\r\n]/);
        expect(restoreFormula(safe)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('begins no cell of a written line, at whatever delimiter a program splits it, and is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...DIALECTS),
        (values, form) => {
          const line = delimitedLine(values.map(neutraliseFormula), form.delimiter, '\r\n');
          for (const delimiter of [',', ';', '\t', '|']) {
            for (const cell of line.split(/[\r\n]/).flatMap((part) => part.split(delimiter)))
              expect(cell).not.toMatch(/^["\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
          }
          const reader = new RowReader({ delimiter: form.delimiter, encoding: 'utf-8' });
          const rows = [...reader.take(Buffer.from(line)).rows, ...reader.finish().rows];
          const back = rows.map(({ fields }) => fields.map(restoreFormula));
          expect(back).toEqual(values.length === 1 && values[0] === '' ? [] : [values]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is the only thing for which an apostrophe is taken off', () => {
    expect(["'tis", "'", "''", "'=1", "a'=1", 'a=1'].map(restoreFormula)).toEqual([
      "'tis",
      "'",
      "''",
      '=1',
      "a'=1",
      'a=1',
    ]);
  });
});

describe('the report of an import', () => {
  it('has a line for each row, its codes sorted, blanks where there is nothing to say', () => {
    const row = { borough: 'E09000002', line: 4, role: null, band: null };
    expect(reportLine({ ...row, localRef: 'SYN-1', status: 'REFUSED', codes: ['EVD-002', 'EVD-001'] })).toBe(
      'E09000002,SYN-1,4,REFUSED,EVD-001 EVD-002,,\n',
    );
    expect(reportLine({ ...row, localRef: null, status: 'PROBLEM', codes: ['SCH-003'] })).toBe(
      'E09000002,,4,PROBLEM,SCH-003,,\n',
    );
    const entered = {
      ...row,
      status: 'ENTERED',
      codes: [],
      role: 'SUSPECTED_OFFENDER',
      band: 'RED',
    } as const;
    expect(reportLine({ ...entered, localRef: 'a,"b"\nc' })).toBe(
      'E09000002,"a,""b""\nc",4,ENTERED,,SUSPECTED_OFFENDER,RED\n',
    );
  });

  it.each(['=1', '+1', '-1', '@1', '\t1', '\r1'])(
    'neutralises a reference that a spreadsheet would run: %j',
    (localRef) => {
      const line = reportLine({
        borough: 'E09000002',
        localRef,
        line: 2,
        status: 'DUPLICATE',
        codes: [],
        role: null,
        band: null,
      });
      expect(line.replaceAll('"', '')).toBe(`E09000002,'${localRef},2,DUPLICATE,,,\n`);
    },
  );
});
