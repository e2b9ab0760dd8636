import type { RowStatus } from '../reading/report-writer.js';

/** Where an import stands. Only `completed` and `failed` are final. */
export type ImportState = 'awaiting-upload' | 'receiving' | 'running' | 'completed' | 'failed';

/** Counts of an import: nothing in it tells about a person. */
export interface ImportProgress {
  readonly bytes: { readonly total: number; readonly read: number };
  readonly rows: { readonly read: number } & { readonly [status in RowStatus]: number };
  /** Values of columns that must not cross the door, counted and dropped. */
  readonly dropped: { readonly home_address: number; readonly pnc_id: number; readonly nickname: number };
  readonly groups: {
    readonly designated: number;
    readonly audited: number;
    readonly unchanged: number;
    readonly problems: readonly { readonly line: number; readonly code: string }[];
  };
}

/** Why an import as a whole did not go on: a sentence for the uploader, without any content of the file. */
export interface ImportProblem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  /** Physical line of the file, from 1; absent where no line is meant. */
  readonly line?: number;
  /** Number of the field within its row, from 1; absent where the whole line is meant. */
  readonly column?: number;
  /** Byte of the file, from 1. */
  readonly byte?: number;
}

/** One upload of one borough's list. */
export interface ImportJob {
  readonly id: string;
  readonly borough: string;
  readonly fileName: string;
  readonly fileHash: string;
  readonly groupsHash: string | null;
  readonly windowId: string | null;
  /** Domain instant as at which every row is decided. */
  readonly asAt: string;
  readonly uploader: string;
  readonly isDryRun: boolean;
  readonly state: ImportState;
  readonly adapter: { readonly name: string; readonly how: 'told' | 'found' } | null;
  readonly progress: ImportProgress;
  readonly problem: ImportProblem | null;
  readonly keyRecord: string;
  readonly keyVersion: number;
  /** Domain instant after which outcomes and problem rows are gone. */
  readonly keepUntil: string;
}

/** The outcome of one row, as the report names it. */
export interface RowOutcome {
  readonly line: number;
  /** Null where the row could not be told apart. */
  readonly localRef: string | null;
  readonly status: RowStatus;
  readonly codes: readonly string[];
  readonly role: string | null;
  readonly band: string | null;
}

/** Progress before the first byte. */
export function noProgress(bytesTotal = 0): ImportProgress {
  const rows = { read: 0, ENTERED: 0, PROPOSED: 0, REGISTERED: 0, REFUSED: 0, DUPLICATE: 0, PROBLEM: 0 };
  const dropped = { home_address: 0, pnc_id: 0, nickname: 0 };
  const groups = { designated: 0, audited: 0, unchanged: 0, problems: [] };
  return { bytes: { total: bytesTotal, read: 0 }, rows, dropped, groups };
}
