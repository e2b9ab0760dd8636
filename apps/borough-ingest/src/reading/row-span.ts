/**
 * Where the row that is being scanned starts, and where its fields lie in it. Positions of fields count from the start of
 * the row, so that the row can be moved within its buffer.
 */
export class RowSpan {
  private readonly starts: number[] = [0];
  private readonly ends: number[] = [];
  private readonly doubled: boolean[] = [];
  private isQuoted = false;

  /** Position of the row in the buffer. */
  start = 0;
  /** Physical line on which the row starts. */
  line = 1;
  /** Position of the quotation mark that opened the field being scanned, if one did. */
  quotedFrom = 0;

  /** Fields that have ended. */
  get fields(): number {
    return this.ends.length;
  }

  /** Whether nothing of the row has been seen. */
  get isEmpty(): boolean {
    return this.ends.length === 0 && !this.isQuoted;
  }

  /** Whether the row would be an empty line if it ended at a position. */
  isBlankUpTo(position: number): boolean {
    return this.isEmpty && position === 0;
  }

  /** A field starts. */
  startField(position: number): void {
    this.starts.push(position);
    this.isQuoted = false;
  }

  /** The field that has just started is a quoted one; its text begins after the quotation mark. */
  openQuote(position: number): void {
    this.quotedFrom = position;
    this.starts[this.ends.length] = position + 1;
    this.isQuoted = true;
  }

  /** The field being scanned holds a doubled quotation mark. */
  hasDoubledQuote(): void {
    this.doubled[this.ends.length] = true;
  }

  /** The text of a field ends before a position. */
  endField(position: number): void {
    this.ends.push(position);
  }

  /** Number of the field that holds a position, from 1. */
  fieldAt(position: number): number {
    const later = this.starts.findIndex((start) => start > position + 1);
    return later < 0 ? this.starts.length : later;
  }

  /** The texts of the fields. */
  cut(text: (from: number, to: number) => string): string[] {
    return this.ends.map((end, index) => {
      const field = text(this.starts[index] ?? end, end);
      return this.doubled[index] === true ? field.replaceAll('""', '"') : field;
    });
  }

  /** The next row starts at a position of the buffer, some lines further on. */
  next(start: number, lines: number): void {
    this.start = start;
    this.line += lines;
    this.starts.length = 1;
    this.starts[0] = 0;
    this.ends.length = 0;
    this.doubled.length = 0;
    this.isQuoted = false;
  }
}
