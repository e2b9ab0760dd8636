import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOperatingModel, parseLocalDate } from '@probity/domain';
import type { LocalDate, OperatingModel } from '@probity/domain';
import { COLUMNS } from './columns.js';
import type { ColumnName } from './columns.js';
import { delimitedLine } from './delimited-line.js';
import { loadDialects } from './dialect.js';
import type { Dialect } from './dialect.js';
import { isFileProblem } from './file-problem.js';
import { openList } from './legacy-file.js';
import type { ListItem, OpenedList } from './legacy-file.js';
import type { ReadableRow, UnreadableRow } from './legacy-row.js';
import { encodeText } from './text-encoding.js';

const ROOT = join(import.meta.dirname, '../../../..');
const MODEL = join(ROOT, 'libs/domain/operating-models/2026-1/model.json');

/** A date for specs. */
function date(text: string): LocalDate {
  const parsed = parseLocalDate(text);
  if (parsed === null) throw new Error(`${text} is no date`);
  return parsed;
}

export const AS_OF = date('2026-11-01');
export const ADAPTERS = join(ROOT, 'apps/borough-ingest/adapters');
export const DIALECTS = loadDialects(ADAPTERS).dialects;

/** Opens a file of the sample lists. */
export function sampleFile(name: string): AsyncIterable<Buffer> {
  return createReadStream(join(ROOT, 'infra/sample-lists', name)) as AsyncIterable<Buffer>;
}

/** The operating model of the repository. */
export function operatingModel(): OperatingModel {
  const text = readFileSync(MODEL, 'utf8');
  return loadOperatingModel(text, createHash('sha256').update(text).digest('hex'));
}
export const RULES = operatingModel();

/** A dialect by name. */
export function dialect(name: string): Dialect {
  const found = DIALECTS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no dialect ${name}`);
  return found;
}

/** Bytes in pieces of a given size, as a stream. */
export async function* stream(bytes: Buffer, size = 1 << 16): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** Everything of an async iterable. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

export type Fields = Partial<Record<ColumnName, string>>;

const ITEM: Fields = {
  ev1_kind: 'CONVICTION',
  ev1_ref: 'SYN-SRC-1',
  ev1_origin: 'SYN-ORG-1',
  ev1_org: 'MPS',
  ev1_grade: '1A P',
  ev1_submitted_by: 'STAFF-1',
  ev1_verified_by: 'STAFF-2',
  ev1_about: 'violence',
  ev1_offence: 'GBH',
};

/** Canonical text of a whole and readable row with one item, its dates in the dialect's form. */
export function goodFields(form: Dialect, changes: Fields = {}): Fields {
  const on = (iso: string): string => form.date.write(iso);
  return {
    ...ITEM,
    local_ref: 'SYN-1',
    person_type: 'Nominal',
    family_name: 'Votav',
    given_name: 'Sajin',
    date_of_birth: on('1995-01-12'),
    added_by: 'STAFF-3',
    date_added: on('2026-10-08'),
    ev1_date: on('2026-03-02'),
    ev1_received: on('2026-03-04'),
    ...changes,
  };
}

/** A list in a dialect: header and rows as bytes, CR LF, with the byte-order mark that the dialect asks for. */
export function listBytes(
  form: Dialect,
  rows: readonly Fields[],
  columns: readonly ColumnName[] = COLUMNS,
): Buffer {
  const line = (values: readonly string[]): string => delimitedLine(values, form.delimiter, '\r\n');
  const header = line(columns.map((column) => form.headers.get(column) ?? ''));
  const body = rows.map((row) => line(columns.map((column) => row[column] ?? '')));
  const mark = form.byteOrderMark ? '\ufeff' : '';
  return encodeText(mark + header + body.join(''), form.encoding);
}

/** Opens a list or fails. */
export async function opened(bytes: Buffer, told: string | null = null, size = 1 << 16): Promise<OpenedList> {
  const list = await openList(stream(bytes, size), { dialects: DIALECTS, told });
  if (isFileProblem(list)) throw new Error(`${list.code} ${list.sentence}`);
  return list;
}

/** Every item of a list. */
export async function itemsOf(
  bytes: Buffer,
  told: string | null = null,
  size = 1 << 16,
): Promise<ListItem[]> {
  return all((await opened(bytes, told, size)).rows({ asOf: AS_OF, rules: RULES }));
}

/** The readings of a list that has no file problem. */
export async function readingsOf(
  bytes: Buffer,
  told: string | null = null,
): Promise<(ReadableRow | UnreadableRow)[]> {
  return (await itemsOf(bytes, told)).map((item) => {
    if (item.kind === 'problem') throw new Error(item.problem.sentence);
    return item.reading;
  });
}

/** The reading of one row of changed fields in a dialect. */
export async function readOne(name: string, changes: Fields): Promise<ReadableRow | UnreadableRow> {
  const form = dialect(name);
  const [only] = await readingsOf(listBytes(form, [goodFields(form, changes)]), name);
  if (only === undefined) throw new Error('no row');
  return only;
}
