import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateGroups, generateList, type SyntheticListOptions } from '@probity/testing';
import { parse } from 'csv-parse/sync';

/** A line of an import report. */
export interface ReportRow {
  borough: string;
  local_ref: string;
  line: string;
  status: string;
  codes: string;
  role: string;
  band: string;
}

/** The lines of a comma-separated table with a header. */
export function readTable<Row>(path: string): Row[] {
  return parse<Row>(readFileSync(path, 'utf8'), { columns: true, bom: true });
}

/** One text a row, by which two reports are compared: the reasons are a set, everything else counts as it is. */
export function inWords({ borough, line, local_ref: ref, status, codes, role, band }: ReportRow): string {
  return [borough, line, ref, status, codes.split(' ').sort().join(' '), role, band].join('|');
}

/** How many rows there are by a key. */
export function countBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

/** Writes a made-up list and its groups into a folder as `<GSS>.csv` and `groups.csv`. @returns path of the list */
export function writeList(folder: string, options: SyntheticListOptions): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${options.borough}.csv`);
  writeFileSync(path, Buffer.concat([...generateList(options)]));
  writeFileSync(join(folder, 'groups.csv'), generateGroups(options));
  return path;
}
