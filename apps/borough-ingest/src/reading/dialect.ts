import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { COLUMNS, wordKey } from './columns.js';
import type { ColumnName, ProblemColumn } from './columns.js';
import { compileDatePattern, patternFaults } from './date-pattern.js';
import type { DatePattern } from './date-pattern.js';
import { DIALECT_SCHEMA } from './dialect-schema.js';
import { headerNames } from './header-names.js';
import type { HeaderNaming } from './header-names.js';
import type { Encoding } from './text-encoding.js';
import { LISTED_VALUES } from './listed-values.js';

/** A dialect file as written in `adapters/<name>.json`. */
interface DialectFile {
  readonly name: string;
  readonly delimiter: string;
  readonly encoding: Encoding;
  readonly byteOrderMark: boolean;
  readonly header: HeaderNaming;
  readonly date: { readonly pattern: string; readonly twoDigitYearsUpTo?: number };
  /** The dialect's own words by column (`evN_kind` for all three places): word in the file → canonical value. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How one kind of borough spreadsheet is written: data, never code that decides (docs/explanation/architecture.md). */
export interface Dialect {
  readonly name: string;
  readonly delimiter: string;
  readonly encoding: Encoding;
  /** Whether written files begin with the UTF-8 byte-order mark; a reader takes either. */
  readonly byteOrderMark: boolean;
  readonly date: DatePattern;
  readonly headers: ReadonlyMap<ColumnName | ProblemColumn, string>;
  /** Canonical value of a field: a word of this dialect is translated, letter for letter; all else stands for itself. */
  canonical(column: ColumnName, text: string): string;
}

/** Dialects that could be read, and every fault of those that could not, each with its file's name. */
export interface DialectSet {
  readonly dialects: readonly Dialect[];
  readonly faults: readonly string[];
}

const validate = new Ajv2020({ allErrors: true }).compile<DialectFile>(DIALECT_SCHEMA);

function schemaFaults(value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const extra: unknown = error.params['additionalProperty'];
    const allowed: unknown = error.params['allowedValues'];
    const place = error.instancePath === '' ? 'the file' : error.instancePath.slice(1).replaceAll('/', '.');
    const more =
      typeof extra === 'string' ? ` (${extra})` : Array.isArray(allowed) ? ` (${allowed.join(', ')})` : '';
    return `${place} ${error.message ?? 'is not valid'}${more}`;
  });
}

function wordFaults(words: DialectFile['words']): string[] {
  const known = new Set(COLUMNS.map(wordKey));
  return Object.entries(words).flatMap(([column, translations]) => {
    if (!known.has(column)) return [`words.${column} is no column`];
    const listed = LISTED_VALUES.get(column);
    if (listed === undefined) return [];
    return Object.entries(translations).flatMap(([word, value]) => [
      ...(listed.has(value)
        ? []
        : [`words.${column}: "${word}" means "${value}", which is no canonical value`]),
      ...(listed.has(word) && word !== value
        ? [`words.${column}: "${word}" is itself a canonical value`]
        : []),
    ]);
  });
}

function headerFaults(file: DialectFile): string[] {
  const known = new Set(COLUMNS.map(wordKey));
  const strangers = Object.keys(file.header.names ?? {}).filter((column) => !known.has(column));
  const names = [...headerNames(file.header).values()];
  const doubled = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...strangers.map((column) => `header.names.${column} is no column`),
    ...doubled.map((name) => `header: two columns would be named "${name}"`),
  ];
}

/** Makes a dialect of a parsed JSON document, or lists everything that is wrong with it. */
export function parseDialect(value: unknown): Dialect | readonly string[] {
  const shape = schemaFaults(value);
  if (shape.length > 0) return shape;
  const file = value as DialectFile;
  const { pattern, twoDigitYearsUpTo } = file.date;
  const faults = [
    ...patternFaults(pattern, twoDigitYearsUpTo),
    ...wordFaults(file.words),
    ...headerFaults(file),
  ];
  if (faults.length > 0) return faults;
  const words = new Map<string, ReadonlyMap<string, string>>(
    COLUMNS.map((column) => [column, new Map(Object.entries(file.words[wordKey(column)] ?? {}))]),
  );
  return {
    name: file.name,
    delimiter: file.delimiter,
    encoding: file.encoding,
    byteOrderMark: file.byteOrderMark,
    date: compileDatePattern(pattern, twoDigitYearsUpTo),
    headers: headerNames(file.header),
    canonical: (column, text) => words.get(column)?.get(text) ?? text,
  };
}

function readJson(path: string): { value: unknown } | { fault: string } {
  try {
    return { value: JSON.parse(readFileSync(path, 'utf8')) as unknown };
  } catch (error) {
    return { fault: error instanceof SyntaxError ? 'is not JSON' : 'cannot be opened' };
  }
}

/**
 * Reads every `*.json` of a folder as a dialect. The name inside must be the file's name, so that "adapter" means one
 * thing. Faults are listed for all files together; a caller should refuse to start when there is any.
 */
export function loadDialects(folder: string): DialectSet {
  const dialects: Dialect[] = [];
  const faults: string[] = [];
  for (const fileName of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const json = readJson(join(folder, fileName));
    const made = 'fault' in json ? [json.fault] : parseDialect(json.value);
    if (!('name' in made)) faults.push(...made.map((fault) => `${fileName}: ${fault}`));
    else if (`${made.name}.json` !== fileName)
      faults.push(`${fileName}: name is "${made.name}", not the file's name`);
    else dialects.push(made);
  }
  if (dialects.length === 0 && faults.length === 0) faults.push('no dialect file (*.json) in the folder');
  return { dialects, faults };
}
