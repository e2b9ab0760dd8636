import { delimitedLine } from './delimited-line.js';
import { neutraliseFormula } from './formula.js';

/** What became of a row. */
export type RowStatus = 'ENTERED' | 'PROPOSED' | 'REGISTERED' | 'REFUSED' | 'DUPLICATE' | 'PROBLEM';

/** The outcome of one row, as an import's report tells it. */
export interface RowOutcome {
  readonly borough: string;
  /** Null where the row's fields cannot be told apart or the reference is blank. */
  readonly localRef: string | null;
  readonly line: number;
  readonly status: RowStatus;
  /** Every reason; written sorted, separated by spaces. */
  readonly codes: readonly string[];
  /** For an entered, proposed or registered row. */
  readonly role: string | null;
  /** For an entered row. */
  readonly band: string | null;
}

/** First line of an import's report (UTF-8, comma, LF). */
export const REPORT_HEADER = 'borough,local_ref,line,status,codes,role,band\n';

/** One line of an import's report. A reference that a spreadsheet would run as a formula is neutralised. */
export function reportLine(outcome: RowOutcome): string {
  const { borough, localRef, line, status, codes, role, band } = outcome;
  const values = [
    borough,
    localRef ?? '',
    String(line),
    status,
    [...codes].sort().join(' '),
    role ?? '',
    band ?? '',
  ];
  return delimitedLine(values.map(neutraliseFormula), ',', '\n');
}
