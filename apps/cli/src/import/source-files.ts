import { existsSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { CommandError, EXIT, UsageError } from '../exit-code.js';
import { boroughOf, isGssCode, outsideTheModel } from './borough.js';

/** A borough's list on disk. */
export interface SourceFile {
  borough: string;
  path: string;
  /** Name of the adapter that the files beside it tell; null leaves it to borough-ingest to find out. */
  adapter: string | null;
}

/** What a path on the command line stands for. */
export interface SourceFiles {
  /** The folder that holds the lists; nothing may be written into it. */
  folder: string;
  files: SourceFile[];
  /** The list of designated groups of the folder, which holds the groups of all boroughs. */
  groups: string | null;
  /** Lists of places outside the model, each with the refusal. */
  outside: { borough: string; refusal: CommandError }[];
  /** Names of files that are no borough's list. */
  skipped: string[];
  /** A list of groups that lies beside a single list and is not sent, for nobody asked for it. */
  unusedGroups: string | null;
  /** Every file that is read, so that no output overwrites it. */
  inputs: string[];
}

const BOROUGHS_FILE = 'boroughs.csv';
const GROUPS_FILE = 'groups.csv';

/** What was said on the command line about the files. */
export interface SourceOptions {
  borough?: string;
  groups?: string;
  adapter?: string;
}

/**
 * Finds what there is to import.
 *
 * @param path a borough's list, or a folder with `<GSS>.csv` and, if need be, `groups.csv` and `boroughs.csv`
 * @throws UsageError when the path does not exist, holds no list or does not tell the borough; CommandError SCH-004 for a
 *   single list of a place outside the model
 */
export function findSourceFiles(path: string, options: SourceOptions): SourceFiles {
  if (options.groups !== undefined && !kindOf(options.groups).isFile())
    throw new UsageError('--groups is no file.');
  if (!kindOf(path).isDirectory()) return singleFile(path, options);
  if (options.borough !== undefined) {
    throw new UsageError(
      '--borough goes with one file.',
      'In a folder each file is named after its borough.',
    );
  }
  const found = sortNames(readdirSync(path));
  if (found.boroughs.length + found.outside.length === 0) {
    throw new UsageError(
      'The folder holds no borough’s list.',
      'Lists are named after their borough, e.g. E09000012.csv.',
    );
  }
  const dialects = found.hasDialects ? readDialects(join(path, BOROUGHS_FILE)) : new Map<string, string>();
  const files = found.boroughs.map((borough) => ({
    borough,
    path: join(path, `${borough}.csv`),
    adapter: options.adapter ?? dialects.get(borough) ?? null,
  }));
  const groups = options.groups ?? (found.hasGroups ? join(path, GROUPS_FILE) : null);
  const inputs = [
    ...files.map((file) => file.path),
    ...(groups === null ? [] : [groups]),
    join(path, BOROUGHS_FILE),
  ];
  return {
    folder: path,
    files,
    groups,
    outside: found.outside,
    skipped: found.skipped,
    unusedGroups: null,
    inputs,
  };
}

/** Sorts the names of a folder into lists of boroughs, lists of other places, the two helpers, and the rest. */
export function sortNames(names: readonly string[]): {
  boroughs: string[];
  outside: { borough: string; refusal: CommandError }[];
  hasGroups: boolean;
  hasDialects: boolean;
  skipped: string[];
} {
  const sorted = [...names].sort();
  const isList = (name: string): boolean => name.endsWith('.csv') && isGssCode(name.slice(0, -4));
  const codes = sorted.filter(isList).map((name) => name.slice(0, -4));
  return {
    boroughs: codes.filter((code) => outsideTheModel(code) === null),
    outside: codes.flatMap((borough) => {
      const refusal = outsideTheModel(borough);
      return refusal === null ? [] : [{ borough, refusal }];
    }),
    hasGroups: sorted.includes(GROUPS_FILE),
    hasDialects: sorted.includes(BOROUGHS_FILE),
    skipped: sorted.filter((name) => !isList(name) && name !== GROUPS_FILE && name !== BOROUGHS_FILE),
  };
}

/**
 * Reads `boroughs.csv` (`gss_code,name,dialect`).
 *
 * @param text its content
 * @returns dialect by GSS code
 * @throws CommandError with exit code 1 when a column is missing or the text is no CSV
 */
export function parseDialects(text: string): Map<string, string> {
  try {
    const rows = parse<Record<string, string>>(text, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    });
    const pairs = rows.map(({ gss_code: code, dialect }) => [code, dialect] as const);
    if (pairs.every((pair): pair is readonly [string, string] => pair.every(Boolean))) return new Map(pairs);
  } catch {
    // The parser's message quotes the line.
  }
  throw new CommandError(
    EXIT.refused,
    `${BOROUGHS_FILE} cannot be read.`,
    'It needs the columns gss_code and dialect in every row.',
  );
}

function readDialects(path: string): Map<string, string> {
  return parseDialects(readFileSync(path, 'utf8'));
}

function singleFile(path: string, options: SourceOptions): SourceFiles {
  const file: SourceFile = {
    borough: boroughOf(basename(path), options.borough),
    path,
    adapter: options.adapter ?? null,
  };
  const groups = options.groups ?? null;
  const inputs = [path, ...(groups === null ? [] : [groups])];
  const beside = join(dirname(path), GROUPS_FILE);
  const unusedGroups = groups === null && existsSync(beside) ? beside : null;
  return { folder: dirname(path), files: [file], groups, outside: [], skipped: [], unusedGroups, inputs };
}

function kindOf(path: string): Stats {
  try {
    return statSync(path);
  } catch {
    throw new UsageError(`${path} does not exist or may not be read.`);
  }
}
