import { describe, expect, it } from '@jest/globals';
import { readBoroughs } from './boroughs-file.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem } from './file-problem.js';
import { readGroups } from './groups-file.js';
import type { GroupRow } from './groups-file.js';
import { AS_OF, sampleFile, stream } from './spec-support.js';

const HEAD = 'group,borough,designated_on,last_audit,qualifying_members';
const GOOD = 'Ivory Rowan 020,E09000002,2023-10-19,2025-03-09,5';

async function groups(
  ...lines: string[]
): Promise<{ groups: readonly GroupRow[]; problems: readonly FileProblem[] }> {
  const file = await readGroups(stream(Buffer.from([HEAD, ...lines, ''].join('\r\n'))), AS_OF);
  if (isFileProblem(file)) throw new Error(file.sentence);
  return file;
}

function codes(problems: readonly FileProblem[]): string[] {
  return problems.map(({ code, line }) => `${line ?? '-'} ${code}`);
}

describe('the groups file', () => {
  it('gives the 158 groups of the sample without a problem', async () => {
    const file = await readGroups(sampleFile('groups.csv'), AS_OF);
    if (isFileProblem(file)) throw new Error(file.sentence);
    expect([file.groups.length, file.problems]).toEqual([158, []]);
  });

  it('gives each group with its facts; without an audit it was never audited', async () => {
    expect((await groups(GOOD, GOOD.replace('2025-03-09', '').replace('020', '021'))).groups).toEqual([
      {
        line: 2,
        name: 'Ivory Rowan 020',
        borough: 'E09000002',
        designatedOn: '2023-10-19',
        lastAudit: '2025-03-09',
        qualifyingMembers: 5,
      },
      expect.objectContaining({ line: 3, lastAudit: null }),
    ]);
  });

  it('[R-19] names the line and code of each line that gives no group', async () => {
    const { groups: found, problems } = await groups(
      GOOD,
      GOOD,
      GOOD.replace(',5', ',6'),
      GOOD.replace('E09000002', 'E09000001'),
      GOOD.replace('E09000002', 'E09000034'),
      GOOD.replace('2023-10-19', '2026-11-02'),
      GOOD.replace('2025-03-09', '2025-02-30'),
      GOOD.replace('2023-10-19', ''),
      GOOD.replace(',5', ',-5'),
      GOOD.replace(',5', ',5.5'),
      GOOD.replace('Ivory Rowan 020', ' '),
      `${GOOD},`,
      GOOD.replace('E09000002', 'E09000003'),
    );
    expect(found.map(({ line, borough }) => [line, borough])).toEqual([
      [2, 'E09000002'],
      [14, 'E09000003'],
    ]);
    expect(codes(problems)).toEqual([
      '4 SCH-005',
      '5 SCH-004',
      '6 SCH-004',
      '7 SCH-003',
      '8 SCH-003',
      '9 SCH-003',
      '10 SCH-003',
      '11 SCH-003',
      '12 SCH-003',
      '13 SCH-003',
    ]);
  });

  it.each([
    ['', 'SCH-003'],
    ['group,borough,designated_on,last_audit\r\n', 'SCH-003'],
    [`${HEAD},colour\r\n`, 'SCH-002'],
    [`${HEAD}\r\n"Ivory`, 'SCH-003'],
    [`${HEAD}\r\n\0`, 'SCH-003'],
  ])('is one problem when it cannot be read as a file: %j', async (text, code) => {
    expect(await readGroups(stream(Buffer.from(text)), AS_OF)).toMatchObject({ code });
  });
});

describe('the boroughs file', () => {
  it('[R-19] gives boroughs of the model with a known dialect, and names the line of every other', async () => {
    const text = [
      'gss_code,name,dialect',
      'E09000002,Barking and Dagenham,excel',
      'E09000001,City of London,plain',
      'E09000003,Barnet,klingon',
      'E09000002,Again,plain',
      'E09000004,,tab',
      'E09000005,Brent,plain',
      '',
    ];
    const file = await readBoroughs(stream(Buffer.from(text.join('\n'))), ['plain', 'excel', 'tab']);
    if (isFileProblem(file)) throw new Error(file.sentence);
    expect(file.boroughs.map(({ code, dialect }) => `${code} ${dialect}`)).toEqual([
      'E09000002 excel',
      'E09000005 plain',
    ]);
    expect(codes(file.problems)).toEqual(['3 SCH-004', '4 SCH-003', '5 SCH-005', '6 SCH-003']);
  });
});
