import { COLUMNS, PROBLEM_COLUMNS } from './columns.js';
import type { ColumnName, ProblemColumn } from './columns.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';

/** A header that was understood: which field holds which column. */
export interface Header {
  /** Physical line of the header row. */
  readonly line: number;
  /** Canonical columns in the order of the file, problem columns included. */
  readonly columns: readonly (ColumnName | ProblemColumn)[];
  /** Position of each canonical column in a row. */
  readonly positions: Readonly<Record<ColumnName, number>>;
}

/** How well a header row fits one dialect. */
export interface HeaderFit {
  readonly columns: readonly (ColumnName | ProblemColumn | null)[];
  readonly unknown: readonly string[];
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
}

/** Compares a header row with the names of a dialect, letter for letter. */
export function fitHeader(fields: readonly string[], dialect: Dialect): HeaderFit {
  const byName = new Map([...dialect.headers].map(([column, name]) => [name, column]));
  const columns = fields.map((field) => byName.get(field) ?? null);
  const present = new Set(columns);
  return {
    columns,
    unknown: fields.filter((field) => !byName.has(field)),
    missing: COLUMNS.filter((column) => !present.has(column)).map(
      (column) => dialect.headers.get(column) ?? column,
    ),
    doubled: [...byName]
      .filter(([, column]) => columns.indexOf(column) !== columns.lastIndexOf(column))
      .map(([n]) => n),
  };
}

/** Number of the dialect's columns found; the header is taken for one of that dialect from half of them on. */
export function isLikelyHeader(fit: HeaderFit): boolean {
  return fit.missing.length * 2 <= COLUMNS.length;
}

const SHOWN_NAMES = 10;
function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => `"${name.replace(/[\p{C}]/gu, ' ').slice(0, 60)}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** Why a header row is not one of this dialect. The names found are told only where the row is surely a header. */
export function headerProblem(fit: HeaderFit, line: number, dialect: Dialect): FileProblem | null {
  if (!isLikelyHeader(fit)) {
    return unreadable(
      line,
      `Line ${line} is not a header of the dialect "${dialect.name}".`,
      'Put the row of column names first, or name the dialect that the file is in.',
    );
  }
  const faults = [
    ...(fit.unknown.length > 0 ? [`has columns that are not known: ${list(fit.unknown)}`] : []),
    ...(fit.missing.length > 0 ? [`lacks ${list(fit.missing)}`] : []),
    ...(fit.doubled.length > 0 ? [`has more than once: ${list(fit.doubled)}`] : []),
  ];
  if (faults.length === 0) return null;
  return {
    code: fit.unknown.length > 0 ? 'SCH-002' : 'SCH-003',
    line,
    sentence: `The header (dialect "${dialect.name}") ${faults.join('; it ')}.`,
    remedy: 'Give the file every column of the list exactly once and no other, and import it again.',
  };
}

/** Reads a header row in a known dialect; columns may stand in any order, the two problem columns may be there. */
export function readHeader(fields: readonly string[], line: number, dialect: Dialect): Header | FileProblem {
  const fit = fitHeader(fields, dialect);
  const problem = headerProblem(fit, line, dialect);
  if (problem !== null) return problem;
  const columns = fit.columns.filter((column) => column !== null);
  const positions = Object.fromEntries(COLUMNS.map((column) => [column, columns.indexOf(column)]));
  return { line, columns, positions: positions as Record<ColumnName, number> };
}

/** Whether a column is one that a problem-rows file adds. */
export function isProblemColumn(column: ColumnName | ProblemColumn): column is ProblemColumn {
  return (PROBLEM_COLUMNS as readonly string[]).includes(column);
}
