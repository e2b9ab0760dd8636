import type { LocalDate } from '@probity/domain';
import type { ReadItem, ReadProgress } from './csv-reader.js';
import { readRows } from './csv-reader.js';
import type { Dialect } from './dialect.js';
import type { FileProblem } from './file-problem.js';
import { isFileProblem } from './file-problem.js';
import { EMPTY_FILE, HEAD_BYTES } from './find-dialect.js';
import type { Header } from './header.js';
import type { ItemRules } from './legacy-item.js';
import { droppedIn, readLegacyRow } from './legacy-row.js';
import type { DroppedCounts, ReadableRow, UnreadableRow } from './legacy-row.js';
import type { DialectChoice } from './list-check.js';
import { headerOf, pickDialect } from './list-check.js';
import type { RawRow } from './row-scanner.js';

/** One row of an opened list, or the problem after which the list cannot be read further (always the last). */
export type ListItem =
  | {
      readonly kind: 'row';
      /** The row as it stands in the file, for a problem row; it holds columns that must not cross the door. */
      readonly raw: RawRow;
      readonly reading: ReadableRow | UnreadableRow;
      readonly dropped: DroppedCounts;
    }
  | { readonly kind: 'problem'; readonly problem: FileProblem };

/** A list whose dialect and header are understood. `rows` can be read once. */
export interface OpenedList {
  readonly dialect: Dialect;
  readonly how: 'told' | 'found';
  readonly header: Header;
  readonly progress: Readonly<ReadProgress>;
  rows(context: {
    readonly asOf: LocalDate;
    readonly rules: ItemRules;
  }): AsyncGenerator<ListItem, void, undefined>;
}

async function takeHead(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const taken: Buffer[] = [];
  for (let size = 0; size < HEAD_BYTES;) {
    const next = await chunks.next();
    if (next.done === true) break;
    taken.push(Buffer.from(next.value));
    size += next.value.length;
  }
  return Buffer.concat(taken);
}

async function* replay(head: Buffer, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* listItems(
  items: AsyncIterable<ReadItem>,
  context: { header: Header; dialect: Dialect; asOf: LocalDate; rules: ItemRules },
): AsyncGenerator<ListItem, void, undefined> {
  for await (const item of items) {
    if (item.kind === 'problem') yield item;
    else {
      const reading = readLegacyRow(item.row, context);
      yield { kind: 'row', raw: item.row, reading, dropped: droppedIn(item.row, context.header) };
    }
  }
}

/**
 * Opens a borough's list: finds its dialect (or takes the one told), reads the header, and gives the rows as a stream
 * of bounded memory. A problem of the whole file is a value; an error of `source` itself is thrown on.
 */
export async function openList(
  source: AsyncIterable<Uint8Array>,
  choice: DialectChoice,
): Promise<OpenedList | FileProblem> {
  const chunks = source[Symbol.asyncIterator]();
  const head = await takeHead(chunks);
  const dialect = pickDialect(head, choice);
  if (isFileProblem(dialect)) {
    await chunks.return?.();
    return dialect;
  }
  const progress = { bytes: 0, blankLines: 0 };
  const items = readRows(replay(head, chunks), dialect, progress);
  const first = await items.next();
  const header =
    first.done === true
      ? EMPTY_FILE
      : first.value.kind === 'problem'
        ? first.value.problem
        : headerOf(first.value.row, dialect, head, choice);
  if (isFileProblem(header)) {
    await items.return();
    return header;
  }
  const how = (choice.told ?? null) === null ? 'found' : 'told';
  return {
    dialect,
    how,
    header,
    progress,
    rows: (context) => listItems(items, { header, dialect, ...context }),
  };
}
