import { COLUMNS, PROBLEM_COLUMNS, wordKey } from './columns.js';
import type { ColumnName, ProblemColumn } from './columns.js';

/** How a dialect writes the names of its columns. */
export interface HeaderNaming {
  /** Stands between the words of a name. */
  readonly separator: string;
  readonly letters: 'lower' | 'upper' | 'capitalised';
  /** What `evN` becomes; `{n}` is the place of the item. */
  readonly item: string;
  /** Names that follow no rule, by canonical column (`evN_kind` for all three places, with `{n}`). */
  readonly names?: Readonly<Record<string, string>>;
}

function inLetters(word: string, letters: HeaderNaming['letters']): string {
  if (letters === 'upper') return word.toUpperCase();
  return letters === 'lower' ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

/** Name of one canonical column in the header of a dialect's files, e.g. `Evidence 1 Submitted By`. */
function headerName(column: ColumnName | ProblemColumn, naming: HeaderNaming): string {
  const place = /^ev([0-9])_/.exec(column)?.[1];
  const own = naming.names?.[wordKey(column as ColumnName)];
  if (own !== undefined) return own.replaceAll('{n}', place ?? '');
  const words = (place === undefined ? column : column.slice(4)).split('_');
  const prefix = place === undefined ? [] : [naming.item.replaceAll('{n}', place)];
  return [...prefix, ...words].map((word) => inLetters(word, naming.letters)).join(naming.separator);
}

/** Every column with its name in the dialect's files, the two problem columns last. */
export function headerNames(naming: HeaderNaming): ReadonlyMap<ColumnName | ProblemColumn, string> {
  return new Map([...COLUMNS, ...PROBLEM_COLUMNS].map((column) => [column, headerName(column, naming)]));
}
