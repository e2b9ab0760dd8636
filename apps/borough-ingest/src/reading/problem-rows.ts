import { FORBIDDEN_COLUMNS, PROBLEM_COLUMNS } from './columns.js';
import type { ColumnName, ProblemColumn } from './columns.js';
import { delimitedLine } from './delimited-line.js';
import type { Dialect } from './dialect.js';
import { neutraliseFormula, restoreFormula } from './formula.js';
import { isProblemColumn } from './header.js';
import type { Header } from './header.js';
import { isWhole } from './legacy-row.js';
import type { RawRow } from './row-scanner.js';
import { encodeText } from './text-encoding.js';

const CR_LF = '\r\n';

/** Why a row goes back to its borough. */
export interface RowProblem {
  readonly codes: readonly string[];
  /** Canonical columns at fault; may be empty. */
  readonly fields: readonly ColumnName[];
}

function listColumns(header: Header): ColumnName[] {
  return header.columns.filter((column): column is ColumnName => !isProblemColumn(column));
}

function isForbidden(column: ColumnName): boolean {
  return (FORBIDDEN_COLUMNS as readonly string[]).includes(column);
}

function encodeLine(values: readonly string[], dialect: Dialect): Buffer {
  return encodeText(delimitedLine(values, dialect.delimiter, CR_LF), dialect.encoding);
}

/** Name of a column in the dialect's own writing. */
function nameIn(dialect: Dialect, column: ColumnName | ProblemColumn): string {
  return dialect.headers.get(column) ?? column;
}

/** First bytes of a problem-rows file: byte-order mark where the dialect has one, then the header in the list's order. */
export function problemRowsHead(dialect: Dialect, header: Header): Buffer {
  const names = [...listColumns(header), ...PROBLEM_COLUMNS].map((column) => nameIn(dialect, column));
  const line = encodeLine(names, dialect);
  return dialect.byteOrderMark ? Buffer.concat([encodeText('\ufeff', dialect.encoding), line]) : line;
}

/**
 * One line of a problem-rows file: the row in the dialect, order and encoding in which it came, then its codes and the
 * names of the columns at fault. Columns that must not cross the door are blank. Values that a spreadsheet would run get
 * an apostrophe, which reading takes off again, so a corrected file can be imported as it is. A row whose fields cannot
 * be told apart is blank but for its reason, for any of its fields may be one that must not be echoed.
 */
export function problemRow(dialect: Dialect, header: Header, raw: RawRow, problem: RowProblem): Buffer {
  const isReadableShape = isWhole(raw, header);
  const values = listColumns(header).map((column) =>
    !isReadableShape || isForbidden(column)
      ? ''
      : neutraliseFormula(restoreFormula(raw.fields[header.positions[column]] ?? '')),
  );
  const reason = isReadableShape
    ? problem.fields.map((column) => nameIn(dialect, column)).join(', ')
    : `line ${raw.line} of the list has ${raw.fields.length} fields, its header ${header.columns.length}`;
  return encodeLine([...values, [...problem.codes].sort().join(' '), reason], dialect);
}
