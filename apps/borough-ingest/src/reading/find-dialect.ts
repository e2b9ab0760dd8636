import { parse } from 'csv-parse/sync';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import type { HeaderFit } from './header.js';
import { fitHeader, headerProblem, isLikelyHeader } from './header.js';
import { decoderFor } from './text-encoding.js';

/** How many bytes are looked at for the header row. */
export const HEAD_BYTES = 64 * 1024;

/** The problem of a file without any row. */
export const EMPTY_FILE = unreadable(
  null,
  'The file is empty.',
  'Export the list again, with its row of column names.',
);
const NO_TEXT = unreadable(
  1,
  'The file is no text file in a known encoding: it holds zero bytes.',
  'Export the list as a delimited text file (not as a workbook, not in UTF-16) and import that.',
);

function headerFields(head: Buffer, dialect: Dialect): readonly string[] {
  const { bytes } = decoderFor(dialect.encoding).decode(head);
  const options = {
    delimiter: dialect.delimiter,
    to: 1,
    skip_empty_lines: true,
    bom: true,
    relax_quotes: true,
  };
  try {
    return parse(bytes, { ...options, record_delimiter: ['\r\n', '\n'], relax_column_count: true })[0] ?? [];
  } catch {
    return [];
  }
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
  if (head.includes(0)) return NO_TEXT;
  const fits = dialects.map((dialect) => ({ dialect, fit: fitHeader(headerFields(head, dialect), dialect) }));
  const fitting = fits.filter(({ fit, dialect }) => headerProblem(fit, 1, dialect) === null);
  const [only, other] = fitting;
  if (only !== undefined && other === undefined) return only.dialect;
  if (other !== undefined) {
    const names = tell(fitting.map(({ dialect }) => dialect.name));
    return unreadable(
      1,
      `The header fits more than one dialect: ${names}.`,
      'Name the dialect of this file (adapter).',
    );
  }
  const near = fits
    .filter(({ fit }) => isLikelyHeader(fit))
    .sort((a, b) => distance(a.fit) - distance(b.fit))[0];
  const problem = near === undefined ? null : headerProblem(near.fit, 1, near.dialect);
  if (problem !== null) return problem;
  return unreadable(
    1,
    `The first line is not a header of any known dialect (${tell(dialects.map(({ name }) => name))}).`,
    'Put the row of column names first, name the dialect (adapter), or add a dialect file for this borough.',
  );
}

function distance(fit: HeaderFit): number {
  return fit.missing.length + fit.unknown.length + fit.doubled.length;
}
