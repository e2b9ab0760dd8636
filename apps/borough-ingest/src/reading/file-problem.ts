/** Why a file as a whole cannot be read (further). A value, not an exception; holds no field of any row. */
export interface FileProblem {
  /** `SCH-002` a column that is not known; `SCH-003` anything that cannot be read; `SCH-004`, `SCH-005` in lists. */
  readonly code: 'SCH-002' | 'SCH-003' | 'SCH-004' | 'SCH-005';
  /** Physical line, the header being 1; null where the whole file is meant. */
  readonly line: number | null;
  /** One sentence that says what is wrong. */
  readonly sentence: string;
  /** One sentence that says what to do. */
  readonly remedy: string;
}

/** Shortest way to a problem of code SCH-003. */
export function unreadable(line: number | null, sentence: string, remedy: string): FileProblem {
  return { code: 'SCH-003', line, sentence, remedy };
}

/** Tells a problem from any other result of this folder. */
export function isFileProblem(value: unknown): value is FileProblem {
  return typeof value === 'object' && value !== null && 'remedy' in value && 'sentence' in value;
}
