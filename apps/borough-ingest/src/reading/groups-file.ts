import { isBoroughCode, isRealDate, whyOutside } from '@probity/domain';
import type { BoroughCode, LocalDate } from '@probity/domain';
import type { FileProblem } from './file-problem.js';
import { isFileProblem, unreadable } from './file-problem.js';
import { readTable, tooMuch } from './table-file.js';
import type { TableRow } from './table-file.js';

const COLUMNS = ['group', 'borough', 'designated_on', 'last_audit', 'qualifying_members'] as const;
type Column = (typeof COLUMNS)[number];

/** A designated group as the groups file tells it. */
export interface GroupRow {
  readonly line: number;
  readonly name: string;
  readonly borough: BoroughCode;
  readonly designatedOn: LocalDate;
  /** Null where the group was designated and never audited, so that it is not current. */
  readonly lastAudit: LocalDate | null;
  readonly qualifyingMembers: number;
}

/** Groups of a groups file in its order, and the problem of each line that gives none. */
export interface GroupsFile {
  readonly groups: readonly GroupRow[];
  readonly problems: readonly FileProblem[];
}

function lineProblem(line: number, column: Column, remedy: string): FileProblem {
  return unreadable(line, `Line ${line} has a value in ${column} that cannot be read.`, remedy);
}

function readGroup({ line, values }: TableRow<Column>, asOf: LocalDate): GroupRow | FileProblem {
  const {
    group,
    borough,
    designated_on: designatedOn,
    last_audit: audit,
    qualifying_members: members,
  } = values;
  const isPastDate = (text: string): text is LocalDate => isRealDate(text) && text <= asOf;
  const dateRemedy = `Write a date as YYYY-MM-DD, not after ${asOf}.`;
  if (group === '') return lineProblem(line, 'group', 'Give the name of the group.');
  if (!isBoroughCode(borough)) {
    const sentence = `Line ${line} names a place that ${whyOutside(borough)}.`;
    return {
      code: 'SCH-004',
      line,
      sentence,
      remedy: 'Give the GSS code of the borough, E09000002 to E09000033.',
    };
  }
  if (!isPastDate(designatedOn)) return lineProblem(line, 'designated_on', dateRemedy);
  const lastAudit = audit === '' ? null : audit;
  if (lastAudit !== null && !isPastDate(lastAudit)) return lineProblem(line, 'last_audit', dateRemedy);
  if (!/^[0-9]{1,6}$/.test(members)) return lineProblem(line, 'qualifying_members', 'Give a whole number.');
  return { line, name: group, borough, designatedOn, lastAudit, qualifyingMembers: Number(members) };
}

function isSame(a: GroupRow, b: GroupRow): boolean {
  const isSameFacts = a.designatedOn === b.designatedOn && a.lastAudit === b.lastAudit;
  return isSameFacts && a.qualifyingMembers === b.qualifyingMembers;
}

/**
 * Reads a groups file (UTF-8, comma, ISO dates; the caller bounds its size). A name stands for one group of its borough:
 * the same line again is passed over, another content is SCH-005 and the first line holds. Dates after `asOf`, and
 * anything else that cannot be read, are SCH-003; a place outside the model is SCH-004.
 */
export async function readGroups(
  source: AsyncIterable<Uint8Array>,
  asOf: LocalDate,
): Promise<GroupsFile | FileProblem> {
  const table = await readTable(source, COLUMNS);
  if (isFileProblem(table)) return table;
  const problems: FileProblem[] = [...table.problems];
  const groups = new Map<string, GroupRow>();
  for (const row of table.rows) {
    const group = readGroup(row, asOf);
    if (isFileProblem(group)) {
      problems.push(group);
      continue;
    }
    const key = JSON.stringify([group.borough, group.name]);
    const first = groups.get(key);
    if (first === undefined) groups.set(key, group);
    else if (!isSame(first, group)) {
      const sentence = `Line ${group.line} contradicts line ${first.line}, which names the same group.`;
      problems.push({ code: 'SCH-005', line: group.line, sentence, remedy: 'Keep the line that is right.' });
    }
  }
  const limit = tooMuch(table.rows.length, problems);
  if (limit !== null) return limit;
  const byLine = (a: FileProblem, b: FileProblem): number => (a.line ?? 0) - (b.line ?? 0);
  return { groups: [...groups.values()], problems: problems.sort(byLine) };
}
