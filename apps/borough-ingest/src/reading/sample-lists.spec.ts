import { describe, expect, it } from '@jest/globals';
import {
  ageClassOn,
  decideEntry,
  decideSafeguarding,
  importOutcome,
  initialEntry,
  initialSafeguarding,
  isRefusal,
  parseGroupId,
  parseRecordId,
  roleFamilyOf,
} from '@probity/domain';
import type { BoroughCode, GroupFacts, ImportOutcome } from '@probity/domain';
import { readBoroughs } from './boroughs-file.js';
import { isFileProblem } from './file-problem.js';
import { readGroups } from './groups-file.js';
import { openList } from './legacy-file.js';
import { contentOf } from './legacy-row.js';
import type { LegacyRow } from './legacy-row.js';
import type { RowOutcome } from './report-writer.js';
import { AS_OF, DIALECTS, RULES, all, operatingModel, sampleFile } from './spec-support.js';
import { readTable } from './table-file.js';

const DECIDED_AT = '2026-11-01T09:00:00.000Z';
const MODEL = operatingModel();
const COLUMNS = ['borough', 'local_ref', 'line', 'case', 'status', 'code', 'codes', 'role', 'band'] as const;
const RECORD = parseRecordId('00000000-0000-7000-8000-000000000000');

type Groups = ReadonlyMap<string, GroupFacts>;

function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('missing');
  return value;
}

async function groupsOfAllBoroughs(): Promise<Groups> {
  const file = await readGroups(sampleFile('groups.csv'), AS_OF);
  if (isFileProblem(file)) throw new Error(file.sentence);
  expect(file.problems).toEqual([]);
  const facts = file.groups.map((group, index): [string, GroupFacts] => {
    const groupId = must(parseGroupId(`00000000-0000-7000-8000-${String(index).padStart(12, '0')}`));
    return [`${group.borough} ${group.name}`, { ...group, groupId, version: 2 }];
  });
  return new Map(facts);
}

function decide(row: LegacyRow, borough: BoroughCode, groups: Groups): ImportOutcome {
  const evidence = row.items.map((item, index) => ({ ...item, evidenceId: `e${index + 1}` }));
  const subject = {
    recordId: must(RECORD),
    borough,
    decidedAt: DECIDED_AT,
    ...ageClassOn(row.dateOfBirth, AS_OF),
    evidence,
    inCustody: row.inCustody,
  };
  const family = roleFamilyOf(row.personType);
  if (!isRefusal(family) && family.family === 'safeguarding') {
    const who = { role: family.role, registeredBy: row.addedBy, vulnerability: null };
    return importOutcome(
      decideSafeguarding({ type: 'RegisterEntry', ...subject, ...who }, initialSafeguarding, MODEL),
    );
  }
  const { personType, approvedBy, childAuthority, addedBy: proposedBy } = row;
  const group = groups.get(`${borough} ${row.group ?? ''}`) ?? null;
  const said = { personType, approvedBy, childAuthority, proposedBy, group, window: { open: true } };
  return importOutcome(decideEntry({ type: 'ImportEntry', ...subject, ...said }, initialEntry, MODEL));
}

async function outcomesOf(borough: BoroughCode, dialect: string, groups: Groups): Promise<RowOutcome[]> {
  const list = await openList(sampleFile(`${borough}.csv`), { dialects: DIALECTS });
  if (isFileProblem(list)) throw new Error(list.sentence);
  expect([list.dialect.name, list.how]).toEqual([dialect, 'found']);
  const seen = new Map<string, string>();
  return (await all(list.rows({ asOf: AS_OF, rules: RULES }))).map((item): RowOutcome => {
    if (item.kind === 'problem') throw new Error(item.problem.sentence);
    const { reading } = item;
    const nothing = { role: null, band: null };
    const { line } = reading;
    if (reading.kind === 'unreadable') {
      return {
        borough,
        localRef: reading.localRef,
        line,
        status: 'PROBLEM',
        codes: reading.codes,
        ...nothing,
      };
    }
    const { localRef } = reading.row;
    const first = seen.get(localRef);
    if (first === contentOf(reading))
      return { borough, localRef, line, status: 'DUPLICATE', codes: [], ...nothing };
    if (first !== undefined)
      return { borough, localRef, line, status: 'PROBLEM', codes: ['SCH-005'], ...nothing };
    seen.set(localRef, contentOf(reading));
    return { borough, localRef, line, ...decide(reading.row, borough, groups) };
  });
}

function inWords(outcome: RowOutcome): string {
  const { borough, localRef, line, status, codes, role, band } = outcome;
  return [borough, line, localRef ?? '', status, [...codes].sort().join(' '), role ?? '', band ?? ''].join(
    '|',
  );
}

describe('the 32 sample lists', () => {
  it('[R-11][R-19] gives all 3,000 rows the line, status, reasons, role and band that are expected of them', async () => {
    const boroughs = await readBoroughs(
      sampleFile('boroughs.csv'),
      DIALECTS.map(({ name }) => name),
    );
    const expected = await readTable(sampleFile('expected.csv'), COLUMNS);
    if (isFileProblem(boroughs) || isFileProblem(expected)) throw new Error('the sample lists are not whole');
    expect([boroughs.boroughs.length, boroughs.problems, expected.rows.length]).toEqual([32, [], 3000]);
    const groups = await groupsOfAllBoroughs();
    const found: string[] = [];
    for (const { code, dialect } of boroughs.boroughs) {
      found.push(...(await outcomesOf(code, dialect, groups)).map(inWords));
    }
    const wanted = expected.rows.map(({ values: row }) =>
      [row.borough, row.line, row.local_ref, row.status, row.codes, row.role, row.band].join('|'),
    );
    expect(found.filter((row) => !wanted.includes(row))).toEqual([]);
    expect(found.sort()).toEqual(wanted.sort());
  });

  it('[R-19] counts what was dropped at the door and hands none of it on', async () => {
    const list = await openList(sampleFile('E09000002.csv'), { dialects: DIALECTS });
    if (isFileProblem(list)) throw new Error(list.sentence);
    const total = { home_address: 0, pnc_id: 0, nickname: 0 };
    for await (const item of list.rows({ asOf: AS_OF, rules: RULES })) {
      if (item.kind === 'problem') throw new Error(item.problem.sentence);
      total.home_address += item.dropped.home_address;
      total.pnc_id += item.dropped.pnc_id;
      total.nickname += item.dropped.nickname;
      const { columns } = list.header;
      const secrets = columns.flatMap((column, index) =>
        ['home_address', 'pnc_id', 'nickname', 'notes', 'reviewed_by'].includes(column)
          ? [item.raw.fields[index] ?? '']
          : [],
      );
      const handedOn = JSON.stringify({ ...item.reading, compared: [] });
      for (const secret of secrets.filter((text) => text.length > 5)) expect(handedOn).not.toContain(secret);
    }
    // 89 rows, of which one is ragged, so that nothing in it can be told apart.
    expect(total).toEqual({ home_address: 88, pnc_id: 88, nickname: 88 });
  });
});
