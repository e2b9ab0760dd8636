import type { Place } from '../http/problem.js';

/** What can become of a row, in the order in which tables show it. */
export const STATUSES = ['ENTERED', 'PROPOSED', 'REGISTERED', 'REFUSED', 'DUPLICATE', 'PROBLEM'] as const;

/** Columns that must not cross the door: read past, counted, never stored. */
export const DROPPED_COLUMNS = ['home_address', 'pnc_id', 'nickname'] as const;

/** Outcome of a row. */
export type Status = (typeof STATUSES)[number];

/** A problem that ended an import, as borough-ingest words it, with its place in the file where it has one. */
export interface JobProblem extends Place {
  code: string | null;
  title: string;
  detail: string | null;
  remedy: string | null;
}

/** State of an import as `GET /v1/imports/:id` of borough-ingest tells it. */
export interface ImportJob {
  id: string;
  borough: string;
  state: 'awaiting-upload' | 'receiving' | 'running' | 'completed' | 'failed';
  adapter: { name: string; how: 'told' | 'found' } | null;
  bytes: { total: number; read: number };
  rows: Record<Status, number> & { read: number };
  dropped: Record<(typeof DROPPED_COLUMNS)[number], number>;
  groups: {
    designated: number;
    audited: number;
    unchanged: number;
    problems: { line: number; code: string }[];
  };
  problem: JobProblem | null;
}

/** What became of one file. */
export interface FileOutcome {
  borough: string;
  fileName: string;
  /** `already-read`: its window is closed, nothing was added. `unfinished`: the stack went away before its end. */
  result: 'completed' | 'already-read' | 'failed' | 'unfinished';
  fileHash: string | null;
  /** Null when there is no job, or its state is no longer kept. */
  job: ImportJob | null;
  problem: JobProblem | null;
}
