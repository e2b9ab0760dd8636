import { describe, expect, it } from '@jest/globals';
import { OUTCOMES } from './list-cases.js';
import type { ListCase } from './list-cases.js';
import { generateGroups, generateList, generateRows } from './synthetic-list.js';

const bytesOf = (options: Parameters<typeof generateList>[0]): Buffer =>
  Buffer.concat([...generateList(options)]);

const BOROUGH = 'E09000012';

describe('A made-up list', () => {
  it('is the same to the byte for the same seed, and another for another seed', () => {
    const list = { borough: BOROUGH, rows: 300, seed: 7 };
    expect(bytesOf(list).equals(bytesOf(list))).toBe(true);
    expect(bytesOf(list).equals(bytesOf({ ...list, seed: 8 }))).toBe(false);
  });

  it('begins alike however long it is, so that a longer list holds the shorter one', () => {
    const short = bytesOf({ borough: BOROUGH, rows: 50, seed: 7 });
    const long = bytesOf({ borough: BOROUGH, rows: 60, seed: 7 });
    expect(long.subarray(0, short.length).equals(short)).toBe(true);
  });

  it('shows every outcome in its ordinary shares', () => {
    const rows = [...generateRows({ borough: BOROUGH, rows: 2_000, seed: 1 })];
    expect(new Set(rows.map((row) => row.case))).toEqual(new Set(Object.keys(OUTCOMES)));
  });

  it('uses a reference twice only for the rows that repeat one', () => {
    const rows = [...generateRows({ borough: BOROUGH, rows: 2_000, seed: 1 })];
    const first = rows.filter((row) => row.case !== 'DUPLICATE' && row.case !== 'CONFLICT');
    expect(new Set(first.map((row) => row.fields['local_ref'])).size).toBe(first.length);
  });

  it('has rows of the given cases only, in turn', () => {
    const cases: ListCase[] = ['ENTERED', 'VICTIM'];
    const rows = [...generateRows({ borough: BOROUGH, rows: 5, seed: 1, cases })];
    expect(rows.map((row) => row.case)).toEqual(['ENTERED', 'VICTIM', 'ENTERED', 'VICTIM', 'ENTERED']);
  });

  it('carries its canary in every name, address and note, and in the names of groups', () => {
    const options = { borough: BOROUGH, seed: 1, canary: 'Zzcanary' };
    for (const { fields } of generateRows({ ...options, rows: 200 })) {
      const told = ['family_name', 'given_name', 'home_address', 'pnc_id', 'nickname', 'notes', 'group'];
      const filled = told.filter((column) => fields[column]);
      expect(filled.every((column) => fields[column]?.startsWith('Zzcanary') || column === 'notes')).toBe(
        true,
      );
    }
    const [, ...groups] = generateGroups(options).trim().split('\n');
    expect(groups.every((line) => line.startsWith('Zzcanary'))).toBe(true);
  });

  it.each(['plain', 'excel', 'semicolon', 'tab'] as const)('is written in the dialect %s', (dialect) => {
    const [header] = generateList({ borough: BOROUGH, rows: 0, seed: 1, dialect });
    const text = header?.toString(dialect === 'semicolon' ? 'latin1' : 'utf8') ?? '';
    const delimiter = { plain: ',', excel: ',', semicolon: ';', tab: '\t' }[dialect];
    const name = { plain: 'ev1_submitted_by', excel: 'Evidence 1 Submitted By', semicolon: 'EV1_SUBMITTED_BY', tab: 'ev1-submitted-by' }[dialect]; // prettier-ignore
    const columns = text.replace('\uFEFF', '').trim().split(delimiter);
    expect(columns).toHaveLength(56);
    expect(columns).toContain(name);
    expect(text.startsWith('\uFEFF')).toBe(dialect === 'excel');
  });
});
