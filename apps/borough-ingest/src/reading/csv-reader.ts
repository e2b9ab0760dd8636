import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import { foreignForm, SIGNATURE_BYTES, UTF8_MARK } from './file-signature.js';
import type { CsvForm, RawRow, Scanned } from './row-scanner.js';
import { MAX_PIECE_BYTES, RowScanner } from './row-scanner.js';

/** What the reader hands on: rows, then at most one problem, after which nothing follows. */
export type ReadItem =
  | { readonly kind: 'row'; readonly row: RawRow }
  | { readonly kind: 'problem'; readonly problem: FileProblem };

/** Running totals of one file, for progress. */
export interface ReadProgress {
  bytes: number;
  blankLines: number;
}

const NOTHING: Scanned = { rows: [], problem: null };

/**
 * Reader of a delimited file that is handed its bytes as they come, in chunks of any size. Looks at the first few for a
 * byte-order mark or the signature of another kind of file. After a problem it must not be used again.
 */
export class RowReader {
  private start: Buffer | null = Buffer.alloc(0);
  private scanner: RowScanner;

  constructor(private readonly form: CsvForm) {
    this.scanner = new RowScanner(form);
  }

  /** Empty lines passed so far. */
  get blankLines(): number {
    return this.scanner.blankLines;
  }

  /** The rows that end within a chunk. */
  take(chunk: Uint8Array): Scanned {
    if (this.start === null) return this.scan(chunk);
    this.start = Buffer.concat([this.start, chunk]);
    return this.start.length < SIGNATURE_BYTES ? NOTHING : this.begin(this.start);
  }

  /** Takes the end of the file. */
  finish(): Scanned {
    const begun = this.start === null ? NOTHING : this.begin(this.start);
    if (begun.problem !== null) return begun;
    const last = this.scanner.finish();
    return { rows: [...begun.rows, ...last.rows], problem: last.problem };
  }

  private begin(start: Buffer): Scanned {
    this.start = null;
    const problem = foreignForm(start) ?? this.foreignMark(start);
    if (problem !== null) return { rows: [], problem };
    const mark = hasUtf8Mark(start) ? UTF8_MARK.length : 0;
    this.scanner = new RowScanner(this.form, mark);
    return this.scan(start.subarray(mark));
  }

  private foreignMark(start: Buffer): FileProblem | null {
    const { encoding } = this.form;
    if (encoding === 'utf-8' || !hasUtf8Mark(start)) return null;
    const sentence = `The file is in UTF-8, its dialect in ${encoding}.`;
    const remedy = 'Save the file again in the encoding of its dialect, or name the dialect that it is in.';
    return { ...unreadable(1, sentence, remedy), byte: 1 };
  }

  private scan(chunk: Uint8Array): Scanned {
    const rows: RawRow[] = [];
    for (let from = 0; from < chunk.length; from += MAX_PIECE_BYTES) {
      const scanned = this.scanner.scan(chunk.subarray(from, from + MAX_PIECE_BYTES));
      rows.push(...scanned.rows);
      if (scanned.problem !== null) return { rows, problem: scanned.problem };
    }
    return { rows, problem: null };
  }
}

function hasUtf8Mark(start: Buffer): boolean {
  return start.subarray(0, UTF8_MARK.length).equals(UTF8_MARK);
}

/**
 * Reads a delimited file as a stream: the header is the first row. Empty lines are passed over and counted. Quoted
 * fields may hold the delimiter, doubled quotes and line breaks (RFC 4180); rows end with CR LF or LF. Memory is bounded
 * by one row of at most {@link MAX_ROW_BYTES} and one piece of 64 KiB. A byte outside the encoding, a zero byte, a
 * misplaced or unclosed quote, too many fields and an overlong row end the reading with a problem. Errors of `source`
 * itself (a broken upload) are thrown on.
 */
export async function* readRows(
  source: AsyncIterable<Uint8Array>,
  form: CsvForm,
  progress: ReadProgress = { bytes: 0, blankLines: 0 },
): AsyncGenerator<ReadItem, void, undefined> {
  const reader = new RowReader(form);
  const items = function* (scanned: Scanned): Generator<ReadItem> {
    progress.blankLines = reader.blankLines;
    for (const row of scanned.rows) yield { kind: 'row', row };
    if (scanned.problem !== null) yield { kind: 'problem', problem: scanned.problem };
  };
  for await (const chunk of source) {
    progress.bytes += chunk.length;
    const scanned = reader.take(chunk);
    yield* items(scanned);
    if (scanned.problem !== null) return;
  }
  yield* items(reader.finish());
}
