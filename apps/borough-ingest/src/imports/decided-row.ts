import type { PlainEvent } from '@probity/events';
import type { RowOutcome } from './import-job.js';
import type { FreshKey } from './key-pool.js';
import type { RowMacs } from './row-key.js';

/** Events of a new record, with the key under which they are to be sealed. */
export interface NewRecord {
  readonly kind: 'record';
  readonly family: 'matrix' | 'safeguarding';
  readonly key: FreshKey;
  /** In stream order, from version 1. */
  readonly events: readonly PlainEvent[];
}

/** A refused command: logged by its codes, without anything about the person. */
export interface LoggedRefusal {
  readonly kind: 'refusal';
  readonly command: string;
  readonly codes: readonly string[];
}

/** A row that has been decided, and what is to be written for it. */
export interface DecidedRow {
  readonly outcome: RowOutcome;
  /** Bytes of its line in the problem-rows file, base64; null where it needs none. */
  readonly problemRow: string | null;
  /** Null for rows that take no reference (unreadable) or repeat one. */
  readonly macs: RowMacs | null;
  /** Null where nothing is to be appended: the row repeats another, or an interrupted run has appended it already. */
  readonly write: NewRecord | LoggedRefusal | null;
}
