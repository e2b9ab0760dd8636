import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';
import type { Parsed, RawRow } from './row-parser.js';
import { RowParser } from './row-parser.js';
import type { Decoded, Encoding } from './text-encoding.js';
import { decoderFor } from './text-encoding.js';

/** What the reader hands on: rows, then at most one problem, after which nothing follows. */
export type ReadItem =
  | { readonly kind: 'row'; readonly row: RawRow }
  | { readonly kind: 'problem'; readonly problem: FileProblem };

/** What the reader must know of the file's form. */
export interface CsvForm {
  readonly delimiter: string;
  readonly encoding: Encoding;
}

/** Running totals of one file, for progress. */
export interface ReadProgress {
  bytes: number;
  blankLines: number;
}

const PIECE_BYTES = 64 * 1024;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const WRONG_ENCODING =
  'Save the file again in the encoding of its dialect, or name the dialect that it is in.';
const ZERO_BYTE = 'holds a zero byte, so this is no text file';
const NO_TEXT = 'Export the list as a delimited text file and import that.';

async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let first: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (first !== null) {
      // The byte-order mark must not be cut in two.
      bytes = Buffer.concat([first, bytes]);
      first = bytes.length < UTF8_MARK.length ? bytes : null;
      if (first !== null) continue;
    }
    for (let from = 0; from < bytes.length; from += PIECE_BYTES)
      yield bytes.subarray(from, from + PIECE_BYTES);
  }
  if (first !== null && first.length > 0) yield first;
}

/** Looks at a byte-order mark: how many bytes to pass over, or why the file is in another encoding. */
function byteOrderMark(start: Buffer, encoding: Encoding): number | FileProblem {
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    return unreadable(1, `The file is in UTF-16, its dialect in ${encoding}.`, WRONG_ENCODING);
  }
  if (!start.subarray(0, 3).equals(UTF8_MARK)) return 0;
  if (encoding === 'utf-8') return UTF8_MARK.length;
  return unreadable(1, `The file is in UTF-8, its dialect in ${encoding}.`, WRONG_ENCODING);
}

class RowReader {
  private readonly parser: RowParser;
  private readonly decoder;
  private isAtStart = true;

  constructor(private readonly form: CsvForm) {
    this.parser = new RowParser(form.delimiter);
    this.decoder = decoderFor(form.encoding);
  }

  get blankLines(): number {
    return this.parser.blankLines;
  }

  async take(piece: Buffer): Promise<Parsed> {
    const mark = this.isAtStart ? byteOrderMark(piece, this.form.encoding) : 0;
    this.isAtStart = false;
    if (typeof mark !== 'number') return { rows: [], problem: mark };
    const zero = piece.indexOf(0);
    const end = zero < 0 ? piece.length : zero;
    const parsed = await this.parse(this.decoder.decode(piece.subarray(mark, end)));
    return parsed.problem !== null || zero < 0 ? parsed : this.stop(parsed, ZERO_BYTE, NO_TEXT);
  }

  async finish(): Promise<Parsed> {
    const rest = await this.parse(this.decoder.end());
    if (rest.problem !== null) return rest;
    const last = await this.parser.finish();
    return { rows: [...rest.rows, ...last.rows], problem: last.problem };
  }

  private async parse(decoded: Decoded): Promise<Parsed> {
    const parsed = await this.parser.feed(decoded.bytes);
    if (parsed.problem !== null || decoded.fault === null) return parsed;
    return this.stop(parsed, decoded.fault, WRONG_ENCODING);
  }

  private async stop(parsed: Parsed, fault: string, remedy: string): Promise<Parsed> {
    const line = this.parser.physicalLine;
    const rows = [...parsed.rows, ...(await this.parser.settle())];
    return { rows, problem: unreadable(line, `Line ${line} ${fault}.`, remedy) };
  }
}

/**
 * Reads a delimited file as a stream: the header is the first row. Empty lines are passed over and counted. Quoted
 * fields may hold the delimiter, doubled quotes and line breaks (RFC 4180); rows end with CR LF or LF. Memory is bounded
 * by one row of at most {@link MAX_ROW_BYTES} and one piece of 64 KiB. A byte outside the encoding, a zero byte, a
 * misplaced or unclosed quote and an overlong row end the reading with a problem. Errors of `source` itself (a broken
 * upload) are thrown on.
 */
export async function* readRows(
  source: AsyncIterable<Uint8Array>,
  form: CsvForm,
  progress: ReadProgress = { bytes: 0, blankLines: 0 },
): AsyncGenerator<ReadItem, void, undefined> {
  const reader = new RowReader(form);
  const items = function* (parsed: Parsed): Generator<ReadItem> {
    progress.blankLines = reader.blankLines;
    for (const row of parsed.rows) yield { kind: 'row', row };
    if (parsed.problem !== null) yield { kind: 'problem', problem: parsed.problem };
  };
  for await (const piece of pieces(source)) {
    progress.bytes += piece.length;
    const parsed = await reader.take(piece);
    yield* items(parsed);
    if (parsed.problem !== null) return;
  }
  yield* items(await reader.finish());
}
