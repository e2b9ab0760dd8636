import { readRows } from './csv-reader.js';
import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import { isBlank } from './row-fields.js';

/** A row of a small reference table (UTF-8, comma) by column name; white space alone reads as blank. */
export interface TableRow<Column extends string> {
  readonly line: number;
  readonly values: Readonly<Record<Column, string>>;
}

/** Rows that could be told apart, and a problem for each line that could not. */
export interface Table<Column extends string> {
  readonly rows: readonly TableRow<Column>[];
  readonly problems: readonly FileProblem[];
}

/** Most rows of a small table; the largest in use has one for each group of London. */
const MAX_ROWS = 20_000;
/** Most lines that are told one by one; a file with more is another file than was meant. */
const MAX_PROBLEMS = 100;

/** Why a table is given up as a whole: it is too long, or too many of its lines cannot be read. */
export function tooMuch(rows: number, problems: readonly FileProblem[]): FileProblem | null {
  const remedy = 'See whether this is the file that was meant, and export it again.';
  const last = problems[MAX_PROBLEMS]?.line ?? null;
  if (last !== null) return unreadable(last, `More than ${MAX_PROBLEMS} lines cannot be read.`, remedy);
  return rows > MAX_ROWS ? unreadable(null, `The file has more than ${MAX_ROWS} lines.`, remedy) : null;
}

function columnProblem(header: readonly string[], columns: readonly string[]): FileProblem | null {
  const missing = columns.filter((column) => !header.includes(column));
  const isExact = missing.length === 0 && header.length === columns.length;
  if (isExact) return null;
  const sentence =
    missing.length > 0
      ? `The header lacks ${missing.join(', ')}.`
      : 'The header has a column too many or one twice.';
  const code = missing.length > 0 ? 'SCH-003' : 'SCH-002';
  return { code, line: 1, sentence, remedy: `Give the file just these columns: ${columns.join(', ')}.` };
}

/** Reads a whole small table into memory; the caller bounds its size. Columns may stand in any order. */
export async function readTable<Column extends string>(
  source: AsyncIterable<Uint8Array>,
  columns: readonly Column[],
): Promise<Table<Column> | FileProblem> {
  const rows: TableRow<Column>[] = [];
  const problems: FileProblem[] = [];
  let header: readonly string[] | null = null;
  for await (const item of readRows(source, { delimiter: ',', encoding: 'utf-8' })) {
    if (item.kind === 'problem') return item.problem;
    const { line, fields } = item.row;
    if (header === null) {
      header = fields;
      const problem = columnProblem(fields, columns);
      if (problem !== null) return problem;
    } else if (fields.length !== header.length) {
      problems.push(
        unreadable(line, `Line ${line} has not the number of fields of its header.`, 'Correct the line.'),
      );
    } else {
      const names = header;
      const value = (column: Column): string => fields[names.indexOf(column)] ?? '';
      const entries = columns.map((column) => [column, isBlank(value(column)) ? '' : value(column)]);
      rows.push({ line, values: Object.fromEntries(entries) as Record<Column, string> });
    }
    const limit = tooMuch(rows.length, problems);
    if (limit !== null) return limit;
  }
  if (header === null)
    return unreadable(null, 'The file is empty.', 'Send the file with its row of column names.');
  return { rows, problems };
}
