import type { FilePlace, FileProblem } from './file-problem.js';
import { unreadable, unreadableAt } from './file-problem.js';
import { RowSpan } from './row-span.js';
import type { Encoding, RowDecoder } from './text-encoding.js';
import { decoderFor } from './text-encoding.js';

/** One row of a delimited file as it stands there: nothing interpreted, nothing dropped. */
export interface RawRow {
  /** Physical line on which the row starts, the header being 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What the reader must know of the file's form. */
export interface CsvForm {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly encoding: Encoding;
}

/** Rows that ended within the bytes scanned, and why no more can follow. */
export interface Scanned {
  readonly rows: readonly RawRow[];
  readonly problem: FileProblem | null;
}

/** Largest row in bytes, its line break included. A longer one is nearly always a quote that was never closed. */
export const MAX_ROW_BYTES = 128 * 1024;
/** Most fields of a row: far more than any list has, and few enough that a block of hostile rows stays small. */
export const MAX_FIELDS = 1_000;
/** Largest piece that can be scanned at once. */
export const MAX_PIECE_BYTES = 64 * 1024;

const [ZERO, LINE_FEED, RETURN, QUOTE] = [0, 10, 13, 34];
/** Where the next byte stands: at the start of a field, in one, in quotes, after a quote in quotes, after that and a CR. */
const [START, PLAIN, QUOTED, AFTER_QUOTE, AFTER_QUOTE_CR] = [0, 1, 2, 3, 4];

const WRONG_ENCODING =
  'Save the file again in the encoding of its dialect, or name the dialect that it is in.';
const NO_TEXT = 'Export the list as a delimited text file and import that.';
const QUOTE_REMEDY = 'Put a field that holds a quotation mark in quotation marks and double the one inside.';

/**
 * Tells the rows and fields of a delimited file apart (RFC 4180), byte by byte and in one buffer of fixed size: the rest
 * of an unfinished row and one piece. Rows end with CR LF or LF, a lone CR is text; empty lines are passed over. After a
 * problem it must not be used again.
 */
export class RowScanner {
  private readonly buffer = Buffer.allocUnsafe(MAX_ROW_BYTES + MAX_PIECE_BYTES);
  private readonly delimiter: number;
  private readonly decoder: RowDecoder;
  private readonly row = new RowSpan();
  private filled = 0;
  private at = 0;
  private state = START;
  /** Bytes of the file before the buffer. */
  private passed: number;

  /** Empty lines passed so far. */
  blankLines = 0;

  /** @param passed bytes of the file that are not scanned, such as a byte-order mark */
  constructor(form: CsvForm, passed = 0) {
    this.delimiter = form.delimiter.charCodeAt(0);
    this.decoder = decoderFor(form.encoding);
    this.passed = passed;
  }

  /** Scans one piece of at most {@link MAX_PIECE_BYTES}; the rows that end in it come back. */
  scan(piece: Uint8Array): Scanned {
    if (this.filled + piece.length > this.buffer.length) this.moveToFront();
    this.buffer.set(piece, this.filled);
    this.filled += piece.length;
    const rows: RawRow[] = [];
    for (; this.at < this.filled; this.at += 1) {
      const problem = this.step(this.buffer[this.at] ?? ZERO, rows);
      if (problem !== null) return { rows, problem };
    }
    return { rows, problem: null };
  }

  /** Takes the end of the file: the last row need not end with a line break. */
  finish(): Scanned {
    const rows: RawRow[] = [];
    if (this.state === QUOTED) return { rows, problem: this.sound(this.at) ?? this.unclosed() };
    if (this.state === AFTER_QUOTE_CR) return { rows, problem: this.misplaced(this.at - 2) };
    if (this.state === START && this.row.isEmpty) return { rows, problem: null };
    this.row.endField(this.at - this.row.start - (this.state === AFTER_QUOTE ? 1 : 0));
    return { rows, problem: this.endRow(this.at, rows, true) };
  }

  private step(byte: number, rows: RawRow[]): FileProblem | null {
    if (byte === ZERO)
      return (
        this.sound(this.at) ??
        unreadableAt(this.place(this.at), 'holds a zero byte, so this is no text file', NO_TEXT)
      );
    if (this.at - this.row.start >= MAX_ROW_BYTES) return this.tooLong();
    switch (this.state) {
      case QUOTED:
        if (byte === QUOTE) this.state = AFTER_QUOTE;
        return null;
      case AFTER_QUOTE:
        return this.afterQuote(byte, rows);
      case AFTER_QUOTE_CR:
        if (byte !== LINE_FEED) return this.misplaced(this.at - 2);
        return this.endLine(this.at - 2, rows);
      default:
        return this.plain(byte, rows);
    }
  }

  private plain(byte: number, rows: RawRow[]): FileProblem | null {
    if (byte === this.delimiter) return this.endField(this.at);
    if (byte === LINE_FEED) return this.endPlainLine(rows);
    if (byte === QUOTE) {
      if (this.state === PLAIN) return this.misplaced(this.at);
      this.row.openQuote(this.at - this.row.start);
      this.state = QUOTED;
    } else this.state = PLAIN;
    return null;
  }

  private afterQuote(byte: number, rows: RawRow[]): FileProblem | null {
    if (byte === QUOTE) {
      this.row.hasDoubledQuote();
      this.state = QUOTED;
      return null;
    }
    if (byte === this.delimiter) return this.endField(this.at - 1);
    if (byte === LINE_FEED) return this.endLine(this.at - 1, rows);
    if (byte !== RETURN) return this.misplaced(this.at - 1);
    this.state = AFTER_QUOTE_CR;
    return null;
  }

  private endField(end: number): FileProblem | null {
    this.row.endField(end - this.row.start);
    this.state = START;
    if (this.row.fields < MAX_FIELDS) this.row.startField(this.at + 1 - this.row.start);
    else return this.tooMany();
    return null;
  }

  private endPlainLine(rows: RawRow[]): FileProblem | null {
    const hasReturn = this.state === PLAIN && this.buffer[this.at - 1] === RETURN;
    const end = hasReturn ? this.at - 1 : this.at;
    if (!this.row.isBlankUpTo(end - this.row.start)) return this.endLine(end, rows);
    this.blankLines += 1;
    this.row.next(this.at + 1, 1);
    this.state = START;
    return null;
  }

  private endLine(end: number, rows: RawRow[]): FileProblem | null {
    this.row.endField(end - this.row.start);
    return this.endRow(this.at + 1, rows, false);
  }

  /** Ends the row before byte `end` of the buffer. */
  private endRow(end: number, rows: RawRow[], isLast: boolean): FileProblem | null {
    const fault = this.sound(end, isLast);
    if (fault !== null) return fault;
    const bytes = this.buffer.subarray(this.row.start, end);
    rows.push({ line: this.row.line, fields: this.row.cut(this.decoder.cutter(bytes)) });
    this.row.next(end, feedsIn(bytes));
    this.state = START;
    return null;
  }

  /** The first fault of encoding in the row before byte `end` of the buffer: told before any other, for it comes first. */
  private sound(end: number, isLast = false): FileProblem | null {
    const fault = this.decoder.faultIn(this.buffer.subarray(this.row.start, end), isLast);
    return fault && unreadableAt(this.place(this.row.start + fault.offset), fault.fault, WRONG_ENCODING);
  }

  private misplaced(at: number): FileProblem {
    const fault = 'has a quotation mark in a wrong place';
    return this.sound(at) ?? unreadableAt(this.place(at), fault, QUOTE_REMEDY);
  }

  private unclosed(): FileProblem {
    const place = this.place(this.row.start + this.row.quotedFrom);
    const fault = 'opens a quotation mark, and the file ends inside a quoted field';
    return unreadableAt(
      place,
      fault,
      'Close the quotation mark, or export the whole file again: its end may be missing.',
    );
  }

  private tooLong(): FileProblem {
    const { line, start, quotedFrom } = this.row;
    const place = this.place(this.state === QUOTED ? start + quotedFrom : start);
    const sentence = `The row that starts on line ${line} is longer than ${MAX_ROW_BYTES} bytes.`;
    const remedy = 'Look for a quotation mark that is opened there and never closed, or shorten the row.';
    return { ...unreadable(line, sentence, remedy), ...place };
  }

  private tooMany(): FileProblem {
    const { line } = this.row;
    const sentence = `The row that starts on line ${line} has more than ${MAX_FIELDS} fields.`;
    const remedy = 'Look for surplus delimiters, or name the dialect that the file is in.';
    return { ...unreadable(line, sentence, remedy), ...this.place(this.at) };
  }

  /** Place of a byte of the buffer that belongs to the row being scanned. */
  private place(at: number): FilePlace {
    const before = this.buffer.subarray(this.row.start, at);
    const column = this.row.fieldAt(at - this.row.start);
    return { line: this.row.line + feedsIn(before), column, byte: this.passed + at + 1 };
  }

  private moveToFront(): void {
    const { start } = this.row;
    this.buffer.copyWithin(0, start, this.filled);
    this.filled -= start;
    this.at -= start;
    this.passed += start;
    this.row.start = 0;
  }
}

function feedsIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
