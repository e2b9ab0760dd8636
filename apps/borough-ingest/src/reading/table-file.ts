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
  }
  if (header === null)
    return unreadable(null, 'The file is empty.', 'Send the file with its row of column names.');
  return { rows, problems };
}
