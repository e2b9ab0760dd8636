import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateGroups, generateList, generateRows, type ListFields } from '@probity/testing';

/** Letters that no word of any language and no other text of the project holds. */
export const MARKER = 'Zqvxjkwypf';

/** Columns of free text: the marker stands in front of what they hold, and the row keeps its outcome. The others take listed words, dates or numbers. */
const FREE_TEXT =
  /^(local_ref|family_name|given_name|group|notes|home_address|pnc_id|nickname|harm_score|reviewed_by|added_by|approved_by|child_authority|ev[123]_(ref|origin|submitted_by|verified_by))$/;

/** A list with the marker in every column, and how many rows of it can be read. */
export interface CanaryList {
  /** Holds the list and its groups. */
  folder: string;
  rows: number;
  /** Columns that hold the marker in some row. */
  marked: string[];
}

/** Writes such a list in the plain dialect, with its groups. */
export function writeCanaryList(folder: string, borough: string, seed: number): CanaryList {
  const options = { borough, seed, rows: 300, canary: MARKER };
  const rows = [...generateRows(options)].map(({ fields }) => withMarker(fields));
  const [header] = generateList({ ...options, rows: 0 });
  const columns = String(header).trim().split(',');
  const template = rows.find((row) => row['person_type'] === 'Nominal') ?? {};
  // Where a listed word is asked for, the row cannot be read and comes back as a problem row.
  for (const column of columns)
    rows.push({ ...template, local_ref: `${MARKER}-${column}`, [column]: MARKER });
  mkdirSync(folder, { recursive: true });
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  const text = lines.map((line) => line.map(quoted).join(',')).join('\n');
  writeFileSync(join(folder, `${borough}.csv`), `${text}\n`);
  writeFileSync(join(folder, 'groups.csv'), generateGroups(options));
  const marked = columns.filter((column) => rows.some((row) => row[column]?.includes(MARKER)));
  return { folder, rows: rows.length, marked };
}

function withMarker(fields: ListFields): ListFields {
  const marked = Object.entries(fields).map(([column, text]) => {
    if (text === '' || text.startsWith(MARKER) || !FREE_TEXT.test(column)) return [column, text];
    return [column, `${MARKER}${text}`];
  });
  return Object.fromEntries(marked) as ListFields;
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
