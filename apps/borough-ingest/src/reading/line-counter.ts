const LINE_FEED = 10;

/**
 * Tells on which physical line each row starts. csv-parse's own line count takes a CR LF inside quotes for two lines, so
 * line feeds are counted here, from the byte positions at which the parser says that rows end. A line ends with LF or
 * CR LF; a lone CR is text. Memory: one number for each line feed of the row that is being read.
 */
export class LineCounter {
  private feeds: number[] = [];
  private head = 0;
  private added = 0;
  private passed = 0;
  private rowStart = 0;

  /** Line on which the row that ended last had started. */
  startedOn = 1;
  /** Empty lines passed so far. */
  blankLines = 0;

  /** Line of the first byte that has not been added yet. */
  get physicalLine(): number {
    return this.passed + this.feeds.length - this.head + 1;
  }

  /** Line on which the next row starts (call {@link settleBlanks} before). */
  get nextRowLine(): number {
    return this.passed + 1;
  }

  /** Bytes added since the end of the last row. */
  get pendingBytes(): number {
    return this.added - this.rowStart;
  }

  /** Takes note of bytes that are about to be parsed. */
  add(bytes: Buffer): void {
    this.feeds = this.feeds.slice(this.head);
    this.head = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
      this.feeds.push(this.added + at);
    }
    this.added += bytes.length;
  }

  /** Passes the empty lines before the next row; `emptyLines` is the parser's running total. */
  settleBlanks(emptyLines: number): void {
    while (this.blankLines < emptyLines && this.head < this.feeds.length) {
      this.rowStart = (this.feeds[this.head] ?? 0) + 1;
      this.head += 1;
      this.passed += 1;
      this.blankLines += 1;
    }
  }

  /** A row ends before byte `end`. Returns its length in bytes, its line break included. */
  endRow(end: number, emptyLines: number): number {
    this.settleBlanks(emptyLines);
    this.startedOn = this.nextRowLine;
    const length = end - this.rowStart;
    while ((this.feeds[this.head] ?? Infinity) < end) {
      this.head += 1;
      this.passed += 1;
    }
    this.rowStart = end;
    return length;
  }
}
