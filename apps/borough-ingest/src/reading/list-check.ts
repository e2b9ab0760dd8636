import { RowReader } from './csv-reader.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem, unreadable } from './file-problem.js';
import { EMPTY_FILE, findDialect, HEAD_BYTES } from './find-dialect.js';
import type { Header } from './header.js';
import { readHeader } from './header.js';
import type { RawRow, Scanned } from './row-scanner.js';

/** The dialects there are, and the one that was named; null leaves it to be found. */
export interface DialectChoice {
  readonly dialects: readonly Dialect[];
  readonly told?: string | null;
}

/** The dialect of a list: the one that was named, or the one that its first bytes fit. */
export function pickDialect(head: Buffer, { dialects, told = null }: DialectChoice): Dialect | FileProblem {
  if (told === null) return findDialect(head.subarray(0, HEAD_BYTES), dialects);
  const names = dialects.map(({ name }) => `"${name}"`).join(', ');
  return (
    dialects.find(({ name }) => name === told) ??
    unreadable(
      null,
      'The dialect that was named is not known.',
      `Name one of ${names}, or leave it to be found.`,
    )
  );
}

/** Reads a header in the dialect that was picked; where another was named than the one it is in, that is the problem. */
export function headerOf(
  row: RawRow,
  dialect: Dialect,
  head: Buffer,
  { dialects, told = null }: DialectChoice,
): Header | FileProblem {
  const header = readHeader(row.fields, row.line, dialect);
  if (told === null || !isFileProblem(header)) return header;
  const other = findDialect(head.subarray(0, HEAD_BYTES), dialects);
  if (isFileProblem(other) || other === dialect) return header;
  return unreadable(
    row.line,
    `The file is in the dialect "${other.name}", and "${told}" was named.`,
    `Name "${other.name}", or leave the dialect to be found.`,
  );
}

/**
 * Checks a list while its bytes pass: its dialect, its header, and that it can be read to its end. Looks at no value of
 * a row. Takes chunks of any size; memory is bounded by {@link HEAD_BYTES} and one row. After a problem it must not be
 * used again.
 */
export class ListCheck {
  private head: Buffer[] = [];
  private headBytes = 0;
  private reader: RowReader | null = null;
  private start: Buffer = Buffer.alloc(0);
  private dialect: Dialect | null = null;
  private hasHeader = false;

  constructor(private readonly choice: DialectChoice) {}

  /** Takes the next bytes; a problem as soon as there is one. */
  take(chunk: Uint8Array): FileProblem | null {
    if (this.reader !== null) return this.look(this.reader.take(chunk));
    this.head.push(Buffer.from(chunk));
    this.headBytes += chunk.length;
    return this.headBytes < HEAD_BYTES ? null : this.begin();
  }

  /** Takes the end of the file. */
  finish(): FileProblem | null {
    const begun = this.reader === null ? this.begin() : null;
    if (begun !== null || this.reader === null) return begun;
    return this.look(this.reader.finish()) ?? (this.hasHeader ? null : EMPTY_FILE);
  }

  private begin(): FileProblem | null {
    this.start = Buffer.concat(this.head);
    this.head = [];
    const dialect = pickDialect(this.start, this.choice);
    if (isFileProblem(dialect)) return dialect;
    this.dialect = dialect;
    this.reader = new RowReader(dialect);
    return this.look(this.reader.take(this.start));
  }

  private look({ rows, problem }: Scanned): FileProblem | null {
    const [first] = rows;
    if (!this.hasHeader && first !== undefined && this.dialect !== null) {
      const header = headerOf(first, this.dialect, this.start, this.choice);
      if (isFileProblem(header)) return header;
      this.hasHeader = true;
      this.start = Buffer.alloc(0);
    }
    return problem;
  }
}
