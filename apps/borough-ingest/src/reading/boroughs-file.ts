import { isBoroughCode, whyOutside } from '@probity/domain';
import type { BoroughCode } from '@probity/domain';
import type { FileProblem } from './file-problem.js';
import { isFileProblem, unreadable } from './file-problem.js';
import { readTable } from './table-file.js';

const COLUMNS = ['gss_code', 'name', 'dialect'] as const;

/** A borough and the dialect in which it keeps its list. */
interface BoroughRow {
  readonly code: BoroughCode;
  readonly name: string;
  readonly dialect: string;
}

/** Boroughs of a boroughs file in its order, and the problem of each line that gives none. */
export interface BoroughsFile {
  readonly boroughs: readonly BoroughRow[];
  readonly problems: readonly FileProblem[];
}

/**
 * Reads a boroughs file (UTF-8, comma): GSS code, name, dialect. SCH-004 for a code outside the 32, the City of London
 * among them; SCH-003 for a blank name or a dialect that is not in `dialects`; SCH-005 for a code that comes again.
 */
export async function readBoroughs(
  source: AsyncIterable<Uint8Array>,
  dialects: readonly string[],
): Promise<BoroughsFile | FileProblem> {
  const table = await readTable(source, COLUMNS);
  if (isFileProblem(table)) return table;
  const problems: FileProblem[] = [...table.problems];
  const boroughs = new Map<BoroughCode, BoroughRow>();
  for (const { line, values } of table.rows) {
    const { gss_code: code, name, dialect } = values;
    if (!isBoroughCode(code)) {
      const sentence = `Line ${line} names a place that ${whyOutside(code)}.`;
      problems.push({ code: 'SCH-004', line, sentence, remedy: 'Give a GSS code, E09000002 to E09000033.' });
    } else if (name === '' || !dialects.includes(dialect)) {
      const remedy = `Give a name and one of the dialects ${dialects.join(', ')}.`;
      problems.push(unreadable(line, `Line ${line} has no name or names no known dialect.`, remedy));
    } else if (boroughs.has(code)) {
      const sentence = `Line ${line} gives a borough a second time.`;
      problems.push({ code: 'SCH-005', line, sentence, remedy: 'Keep the line that is right.' });
    } else boroughs.set(code, { code, name, dialect });
  }
  return { boroughs: [...boroughs.values()], problems };
}
