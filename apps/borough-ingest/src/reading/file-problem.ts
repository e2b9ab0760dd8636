/** Where something stands in a file, everything counted from 1. */
export interface FilePlace {
  /** Physical line, the header being 1 where nothing stands before it. A line ends with LF; a lone CR ends none. */
  readonly line: number;
  /** Column of the table: the number of the field within its row. */
  readonly column?: number;
  /** Byte of the file, a byte-order mark counted (`tail -c +<byte>` shows what stands there). */
  readonly byte?: number;
}

/** Why a file as a whole cannot be read (further). A value, not an exception; holds no field of any row. */
export interface FileProblem {
  /** `SCH-002` a column that is not known; `SCH-003` anything that cannot be read; `SCH-004`, `SCH-005` in lists. */
  readonly code: 'SCH-002' | 'SCH-003' | 'SCH-004' | 'SCH-005';
  /** As in {@link FilePlace}; null where the whole file is meant. */
  readonly line: number | null;
  /** As in {@link FilePlace}; absent where a whole line or the whole file is meant. */
  readonly column?: number;
  /** As in {@link FilePlace}; absent where it says no more than the line. */
  readonly byte?: number;
  /** One sentence that says what is wrong, and where. */
  readonly sentence: string;
  /** One sentence that says what to do. */
  readonly remedy: string;
}

/** Shortest way to a problem of code SCH-003. */
export function unreadable(line: number | null, sentence: string, remedy: string): FileProblem {
  return { code: 'SCH-003', line, sentence, remedy };
}

/** A problem of code SCH-003 at a known place; the sentence begins with the place and goes on with `fault`. */
export function unreadableAt(place: FilePlace, fault: string, remedy: string): FileProblem {
  return { code: 'SCH-003', ...place, sentence: `${placeInWords(place)} ${fault}.`, remedy };
}

/** A place as a sentence begins with it: `Line 4, column 2 (byte 31)`. */
function placeInWords({ line, column, byte }: FilePlace): string {
  const inRow = column === undefined ? '' : `, column ${column}`;
  return `Line ${line}${inRow}${byte === undefined ? '' : ` (byte ${byte})`}`;
}

/** Tells a problem from any other result of this folder. */
export function isFileProblem(value: unknown): value is FileProblem {
  return typeof value === 'object' && value !== null && 'remedy' in value && 'sentence' in value;
}
