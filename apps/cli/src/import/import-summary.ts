import { renderTable, formatCount, type Cell, type Column } from '../output/table.js';
import { DROPPED_COLUMNS, STATUSES, type FileOutcome, type Status } from './import-job.js';

/** Counts over all files whose job is known. */
export interface ImportTotals {
  files: number;
  read: number;
  rows: Record<Status, number>;
  dropped: Record<(typeof DROPPED_COLUMNS)[number], number>;
  groups: { designated: number; audited: number; unchanged: number };
}

const COLUMNS: readonly Column[] = [
  { heading: 'Borough' },
  { heading: 'Rows', align: 'right' },
  ...STATUSES.map((status): Column => ({ heading: sentenceCase(status), align: 'right' })),
  { heading: 'Dropped', align: 'right' },
  { heading: 'Groups', align: 'right' },
  { heading: 'Result' },
];

/** What became of a file, in a few words. */
export function outcomeInWords(outcome: FileOutcome): string {
  const { job, problem, result } = outcome;
  if (result === 'already-read') return 'already read to its end; nothing was added';
  if (result === 'unfinished') return 'not finished';
  if (result === 'failed') return `failed${problem?.code ? ` (${problem.code})` : ''}`;
  return `${formatCount(job?.rows.read ?? 0)} rows read`;
}

/** Adds up the counts of the files; a file without a job adds nothing. */
export function totalsOf(outcomes: readonly FileOutcome[]): ImportTotals {
  const jobs = outcomes.flatMap(({ job }) => (job === null ? [] : [job]));
  const sum = (count: (job: (typeof jobs)[number]) => number): number =>
    jobs.reduce((total, job) => total + count(job), 0);
  const groups = { designated: 0, audited: 0, unchanged: 0 };
  for (const name of ['designated', 'audited', 'unchanged'] as const)
    groups[name] = sum((job) => job.groups[name]);
  return {
    files: outcomes.length,
    read: sum((job) => job.rows.read),
    rows: Object.fromEntries(
      STATUSES.map((status) => [status, sum((job) => job.rows[status])]),
    ) as ImportTotals['rows'],
    dropped: Object.fromEntries(
      DROPPED_COLUMNS.map((column) => [column, sum((job) => job.dropped[column])]),
    ) as ImportTotals['dropped'],
    groups,
  };
}

/** A row per borough with what became of its rows, and the totals below. */
export function importTable(outcomes: readonly FileOutcome[]): string {
  const totals = totalsOf(outcomes);
  const rows = outcomes.map((outcome): Cell[] => {
    const { job } = outcome;
    const one = totalsOf([outcome]);
    const counts = job === null ? COLUMNS.slice(1, -1).map(() => null) : countCells(one);
    return [outcome.borough, ...counts, outcome.result === 'completed' ? 'done' : outcomeInWords(outcome)];
  });
  const foot: Cell[] = ['Total', ...countCells(totals), `${formatCount(totals.files)} files`];
  return [renderTable(COLUMNS, rows, [foot]), '', droppedLine(totals), groupsLine(totals)].join('\n');
}

/** Lines of groups.csv that could not be used, each once: the file goes with every list. Holds codes, no names. */
export function groupProblems(outcomes: readonly FileOutcome[]): { line: number; code: string }[] {
  const problems = outcomes.flatMap(({ job }) => job?.groups.problems ?? []);
  const byText = new Map(problems.map((problem) => [`${problem.line} ${problem.code}`, problem]));
  return [...byText.values()].sort((a, b) => a.line - b.line || a.code.localeCompare(b.code));
}

function countCells(totals: ImportTotals): Cell[] {
  const dropped = DROPPED_COLUMNS.reduce((sum, column) => sum + totals.dropped[column], 0);
  const groups = totals.groups.designated + totals.groups.audited + totals.groups.unchanged;
  return [totals.read, ...STATUSES.map((status) => totals.rows[status]), dropped, groups];
}

function droppedLine({ dropped }: ImportTotals): string {
  const parts = DROPPED_COLUMNS.map((column) => `${column} ${formatCount(dropped[column])}`);
  return `Dropped at the door, never stored: ${parts.join(', ')}.`;
}

function groupsLine({ groups }: ImportTotals): string {
  const { designated, audited, unchanged } = groups;
  return `Groups: ${formatCount(designated)} designated, ${formatCount(audited)} audited, ${formatCount(unchanged)} unchanged.`;
}

function sentenceCase(word: string): string {
  return word.charAt(0) + word.slice(1).toLowerCase();
}
