import { RowReader } from './csv-reader.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import { foreignForm } from './file-signature.js';
import type { HeaderFit } from './header.js';
import { fitHeader, headerProblem, isLikelyHeader } from './header.js';
import type { RawRow } from './row-scanner.js';

/** How many bytes are looked at for the header row. */
export const HEAD_BYTES = 64 * 1024;

/** The problem of a file without any row. */
export const EMPTY_FILE = unreadable(
  null,
  'The file is empty.',
  'Export the list again, with its row of column names.',
);

interface FirstRow {
  readonly row: RawRow | undefined;
  readonly problem: FileProblem | null;
}

function firstRow(head: Buffer, dialect: Dialect): FirstRow {
  const reader = new RowReader(dialect);
  const begun = reader.take(head);
  const isOver = begun.rows.length > 0 || begun.problem !== null;
  const { rows, problem } = isOver ? begun : reader.finish();
  return { row: rows[0], problem };
}

/** The problem that every dialect meets before its first row, at the same byte: it lies in the file, not in its form. */
function commonProblem(starts: readonly FirstRow[]): FileProblem | null {
  const [first] = starts;
  const isCommon = starts.every(
    ({ row, problem }) => row === undefined && problem?.byte === first?.problem?.byte,
  );
  return isCommon ? (first?.problem ?? null) : null;
}

function tell(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/**
 * Finds the dialect of a file from its first bytes (up to {@link HEAD_BYTES}, the header row whole among them). One
 * dialect whose names all stand in the header is the answer. Two are a problem, for nothing in a header tells their
 * dates or words apart. With none, the nearest dialect says what is wrong with the header.
 */
export function findDialect(head: Buffer, dialects: readonly Dialect[]): Dialect | FileProblem {
  if (head.length === 0) return EMPTY_FILE;
  const foreign = foreignForm(head);
  if (foreign !== null) return foreign;
  const starts = dialects.map((dialect) => firstRow(head, dialect));
  const hasRow = starts.some(({ row }) => row !== undefined);
  if (!hasRow && starts.some(({ problem }) => problem === null)) return EMPTY_FILE;
  const line = starts.find(({ row }) => row !== undefined)?.row?.line ?? 1;
  const fits = dialects.map((dialect, index) => ({
    dialect,
    fit: fitHeader(starts[index]?.row?.fields ?? [], dialect),
  }));
  const fitting = fits.filter(({ fit, dialect }) => headerProblem(fit, line, dialect) === null);
  const [only, other] = fitting;
  if (only !== undefined && other === undefined) return only.dialect;
  if (other !== undefined) {
    const names = tell(fitting.map(({ dialect }) => dialect.name));
    return unreadable(
      line,
      `The header fits more than one dialect: ${names}.`,
      'Name the dialect of this file (adapter).',
    );
  }
  const near = fits
    .filter(({ fit }) => isLikelyHeader(fit))
    .sort((a, b) => distance(a.fit) - distance(b.fit))[0];
  const problem = near === undefined ? commonProblem(starts) : headerProblem(near.fit, line, near.dialect);
  if (problem !== null) return problem;
  return unreadable(
    line,
    `The first line is not a header of any known dialect (${tell(dialects.map(({ name }) => name))}).`,
    'Put the row of column names first, name the dialect (adapter), or add a dialect file for this borough.',
  );
}

function distance(fit: HeaderFit): number {
  return fit.missing.length + fit.unknown.length + fit.doubled.length;
}
