import { COLUMNS, PROBLEM_COLUMNS } from './columns.js';
import type { ColumnName, ProblemColumn } from './columns.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { unreadable, unreadableAt } from './file-problem.js';

/** A header that was understood: which field holds which column. */
export interface Header {
  /** Physical line of the header row. */
  readonly line: number;
  /** Canonical columns in the order of the file, problem columns included. */
  readonly columns: readonly (ColumnName | ProblemColumn)[];
  /** Position of each canonical column in a row. */
  readonly positions: Readonly<Record<ColumnName, number>>;
}

/** A column of a header that its dialect does not know. What it is called is not told: it may be data in a wrong place. */
interface UnknownColumn {
  /** Position in the row, from 1. */
  readonly column: number;
  /** The dialect's name that it is meant for, where it differs from that in letter case and spacing alone. */
  readonly meant: string | null;
}

/** How well a header row fits one dialect. */
export interface HeaderFit {
  readonly columns: readonly (ColumnName | ProblemColumn | null)[];
  readonly unknown: readonly UnknownColumn[];
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Position of the first field with a line break in it, from 1. */
  readonly broken: number | null;
}

function loose(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

function unknownColumns(fields: readonly string[], names: readonly string[]): UnknownColumn[] {
  return fields.flatMap((field, index) => {
    if (names.includes(field)) return [];
    return [{ column: index + 1, meant: names.find((name) => loose(name) === loose(field)) ?? null }];
  });
}

/** Compares a header row with the names of a dialect, letter for letter. */
export function fitHeader(fields: readonly string[], dialect: Dialect): HeaderFit {
  const byName = new Map([...dialect.headers].map(([column, name]) => [name, column]));
  const columns = fields.map((field) => byName.get(field) ?? null);
  const present = new Set(columns);
  const broken = fields.findIndex((field) => /[\r\n]/.test(field));
  return {
    columns,
    unknown: unknownColumns(fields, [...byName.keys()]),
    missing: COLUMNS.filter((column) => !present.has(column)).map(
      (column) => dialect.headers.get(column) ?? column,
    ),
    doubled: [...byName]
      .filter(([, column]) => columns.indexOf(column) !== columns.lastIndexOf(column))
      .map(([n]) => n),
    broken: broken < 0 ? null : broken + 1,
  };
}

/** Number of the dialect's columns found; the header is taken for one of that dialect from half of them on. */
export function isLikelyHeader(fit: HeaderFit): boolean {
  return fit.missing.length * 2 <= COLUMNS.length;
}

const SHOWN = 10;
function list(things: readonly string[]): string {
  const more = things.length - SHOWN;
  const shown = things.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function quoted(names: readonly string[]): string {
  return list(names.map((name) => `"${name}"`));
}

function positions(unknown: readonly UnknownColumn[]): string {
  return list(
    unknown.map(({ column, meant }) =>
      meant === null ? String(column) : `${column} (written otherwise than "${meant}")`,
    ),
  );
}

function columnProblem(fit: HeaderFit, line: number, dialect: Dialect): FileProblem | null {
  const faults = [
    ...(fit.unknown.length > 0
      ? [`has columns that are not known, at position ${positions(fit.unknown)}`]
      : []),
    ...(fit.missing.length > 0 ? [`lacks ${quoted(fit.missing)}`] : []),
    ...(fit.doubled.length > 0 ? [`has more than once: ${quoted(fit.doubled)}`] : []),
  ];
  if (faults.length === 0) return null;
  const [first] = fit.unknown;
  const again = fit.columns.findIndex((column, at) => column !== null && fit.columns.indexOf(column) < at);
  const column = first?.column ?? (again < 0 ? null : again + 1);
  return {
    code: fit.unknown.length > 0 ? 'SCH-002' : 'SCH-003',
    line,
    ...(column === null ? {} : { column }),
    sentence: `The header on line ${line} (dialect "${dialect.name}") ${faults.join('; it ')}.`,
    remedy: 'Give the file every column of the list exactly once and no other, and import it again.',
  };
}

/** Why a header row is not one of this dialect. What the file itself holds is not told, only where. */
export function headerProblem(fit: HeaderFit, line: number, dialect: Dialect): FileProblem | null {
  if (!isLikelyHeader(fit)) {
    return unreadable(
      line,
      `Line ${line} is not a header of the dialect "${dialect.name}".`,
      'Put the row of column names first, or name the dialect that the file is in.',
    );
  }
  if (fit.broken === null) return columnProblem(fit, line, dialect);
  return unreadableAt(
    { line, column: fit.broken },
    'holds a line break in the name of a column',
    'Let every line end with CR LF or LF (not with CR alone), and close every quotation mark in the header.',
  );
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
