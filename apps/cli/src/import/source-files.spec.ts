import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsageError } from '../exit-code.js';
import { findSourceFiles, parseDialects, sortNames } from './source-files.js';

let folder: string;
const put = (name: string, text = 'x\n'): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'probity-lists-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('what there is to import', () => {
  it('a folder gives its lists in order, its groups, and the dialect of each borough', () => {
    put('E09000012.csv');
    put('E09000002.csv');
    put('groups.csv');
    put('boroughs.csv', 'gss_code,name,dialect\nE09000002,Barking and Dagenham,excel\n');
    const { files, groups } = findSourceFiles(folder, {});
    expect(files.map(({ borough, adapter }) => [borough, adapter])).toEqual([
      ['E09000002', 'excel'],
      ['E09000012', null],
    ]);
    expect(groups).toBe(join(folder, 'groups.csv'));
  });

  it('--adapter and --groups go before what the folder says', () => {
    put('E09000002.csv');
    put('groups.csv');
    put('boroughs.csv', 'gss_code,name,dialect\nE09000002,Barking and Dagenham,excel\n');
    const other = put('other.csv');
    const found = findSourceFiles(folder, { adapter: 'tab', groups: other });
    expect(found.files[0]?.adapter).toBe('tab');
    expect(found.groups).toBe(other);
  });

  it('other files of the folder are named, not read', () => {
    const found = sortNames(['README.md', 'expected.csv', 'E09000005.csv', 'e09000006.csv', 'E09000007.CSV']);
    expect(found.boroughs).toEqual(['E09000005']);
    expect(found.skipped).toEqual(['E09000007.CSV', 'README.md', 'e09000006.csv', 'expected.csv']);
  });

  it('a list of a place outside the model is refused with SCH-004 and the others go on', () => {
    const found = sortNames(['E09000001.csv', 'E09000002.csv', 'E09000034.csv']);
    expect(found.boroughs).toEqual(['E09000002']);
    expect(found.outside.map(({ borough, refusal }) => [borough, refusal.code])).toEqual([
      ['E09000001', 'SCH-004'],
      ['E09000034', 'SCH-004'],
    ]);
  });

  it('a folder without a list, a path that is not there, and --borough with a folder are usage errors', () => {
    expect(() => findSourceFiles(folder, {})).toThrow(UsageError);
    expect(() => findSourceFiles(join(folder, 'nothing'), {})).toThrow(UsageError);
    put('E09000002.csv');
    expect(() => findSourceFiles(folder, { borough: 'E09000002' })).toThrow(UsageError);
    expect(() => findSourceFiles(folder, { groups: join(folder, 'nothing') })).toThrow(UsageError);
  });

  it('a single list takes groups only when told, and says which it leaves', () => {
    const list = put('E09000002.csv');
    const groups = put('groups.csv');
    expect(findSourceFiles(list, {})).toMatchObject({ groups: null, unusedGroups: groups });
    expect(findSourceFiles(list, { groups })).toMatchObject({ groups, unusedGroups: null });
  });
});

describe('boroughs.csv', () => {
  it('is read with a byte order mark and line ends of Windows', () => {
    const text = '\uFEFFgss_code,name,dialect\r\nE09000003,Barnet,semicolon\r\n';
    expect(parseDialects(text)).toEqual(new Map([['E09000003', 'semicolon']]));
  });

  it.each(['gss_code,name\nE09000003,Barnet\n', 'gss_code,name,dialect\nE09000003\n', 'gss_code,"dialect\n'])(
    'is refused when it does not tell the dialects',
    (text) => {
      expect(() => parseDialects(text)).toThrow(/boroughs\.csv/);
    },
  );
});
