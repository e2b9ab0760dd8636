import { parse } from 'csv-parse';
import type { CsvError, Parser } from 'csv-parse';
import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import { LineCounter } from './line-counter.js';

/** One row of a delimited file as it stands there: nothing interpreted, nothing dropped. */
export interface RawRow {
  /** Physical line on which the row starts, the header being 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Rows that ended within the bytes fed, and why no more can follow. */
export interface Parsed {
  readonly rows: readonly RawRow[];
  readonly problem: FileProblem | null;
}

/** Largest row, in bytes of UTF-8. A longer one is nearly always a quote that was never closed. */
export const MAX_ROW_BYTES = 1024 * 1024;
/** More than the parser ever leaves unparsed at the end of a piece while it looks ahead. */
const HELD_BACK_BYTES = 16;

class RowTooLong extends Error {}

/** csv-parse's own messages quote the field, so they are never passed on. */
function parserProblem(error: Error, line: number): FileProblem {
  const code = (error as Partial<CsvError>).code ?? '';
  if (error instanceof RowTooLong) {
    return unreadable(
      line,
      `The row that starts on line ${line} is longer than ${MAX_ROW_BYTES} bytes.`,
      'Look for a quotation mark that is opened there and never closed, or shorten the row.',
    );
  }
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return unreadable(
      line,
      `The file ends inside a quoted field of the row that starts on line ${line}.`,
      'Close the quotation mark, or export the whole file again: its end may be missing.',
    );
  }
  return unreadable(
    line,
    `The row that starts on line ${line} has a quotation mark in a wrong place.`,
    'Put a field that holds a quotation mark in quotation marks and double the one inside.',
  );
}

/** Row parser that is fed piece by piece and says where each row starts. After a problem it must not be used again. */
export class RowParser {
  private readonly lines = new LineCounter();
  private readonly parser: Parser;
  private rows: RawRow[] = [];

  constructor(delimiter: string) {
    this.parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (fields: string[], info) => {
        const length = this.lines.endRow(info.bytes, info.empty_lines);
        if (length > MAX_ROW_BYTES) throw new RowTooLong();
        this.rows.push({ line: this.lines.startedOn, fields });
        return null;
      },
    });
    this.parser.on('error', () => undefined);
  }

  /** Physical line that the next byte belongs to. */
  get physicalLine(): number {
    return this.lines.physicalLine;
  }

  /** Empty lines passed so far. */
  get blankLines(): number {
    return this.lines.blankLines;
  }

  /** Parses one piece; the rows that end in it come back. */
  async feed(bytes: Buffer): Promise<Parsed> {
    this.lines.add(bytes);
    const error = await new Promise<Error | null | undefined>((done) => this.parser.write(bytes, done));
    return this.outcome(error);
  }

  /** The rows that have ended but wait for the parser to look ahead. Nothing can be fed afterwards. */
  async settle(): Promise<readonly RawRow[]> {
    await new Promise((done) => this.parser.write(Buffer.alloc(HELD_BACK_BYTES, ' '), done));
    return this.outcome(null).rows;
  }

  /** Takes the end of the file: the last row need not end with a line break. */
  async finish(): Promise<Parsed> {
    const error = await new Promise<Error | null | undefined>((done) => this.parser.end(done));
    return this.outcome(error);
  }

  private outcome(error: Error | null | undefined): Parsed {
    const rows = this.rows;
    this.rows = [];
    if (!(error instanceof RowTooLong)) this.lines.settleBlanks(this.parser.info.empty_lines);
    const line = error instanceof RowTooLong ? this.lines.startedOn : this.lines.nextRowLine;
    if (error) return { rows, problem: parserProblem(error, line) };
    const isTooLong = this.lines.pendingBytes > MAX_ROW_BYTES + HELD_BACK_BYTES;
    return { rows, problem: isTooLong ? parserProblem(new RowTooLong(), line) : null };
  }
}
