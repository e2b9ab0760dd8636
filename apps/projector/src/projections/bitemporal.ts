import { UnprojectableEvent } from '@probity/projection';
import type { ProjectedEvent } from '@probity/projection';

/** A row as it was on both clocks. An end of null is open: still true, still known. Offsets are of the row's own topic. */
export interface VersionRow<R> {
  readonly row: R;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly knownFrom: string;
  readonly knownTo: string | null;
  readonly fromOffset: bigint;
  readonly toOffset: bigint | null;
}

/** When the stored row that was true and known until now stopped being known. */
export interface Closing {
  readonly knownTo: string;
  readonly toOffset: bigint;
}

/** One record's rows: what holds now, the stored row to close, the rows to add. */
export interface History<R> {
  readonly current: { readonly row: R; readonly validFrom: string } | null;
  readonly closing: Closing | null;
  readonly added: readonly VersionRow<R>[];
}

/** A record without rows, or with one that is stored. */
export function history<R>(current: History<R>['current'] = null): History<R> {
  return { current, closing: null, added: [] };
}

/**
 * Lets a row hold from the event's valid time on. What was known before is closed, not edited: its part before that time is added
 * again as known from now.
 *
 * @throws UnprojectableEvent when the event would hold from before the row that it replaces: decisions are not backdated
 */
export function supersede<R>(before: History<R>, row: R, event: ProjectedEvent): History<R> {
  const { occurredAt, recordedAt, offset } = event;
  const open = { knownFrom: recordedAt, knownTo: null, fromOffset: offset, toOffset: null };
  const fresh: VersionRow<R> = { row, validFrom: occurredAt, validTo: null, ...open };
  const current = { row, validFrom: occurredAt };
  if (!before.current) return { ...before, current, added: [...before.added, fresh] };
  const elapsed = Date.parse(occurredAt) - Date.parse(before.current.validFrom);
  if (elapsed < 0)
    throw new UnprojectableEvent('a decision cannot hold from before the one that it replaces');
  const closing = { knownTo: recordedAt, toOffset: offset };
  const isOpen = (version: VersionRow<R>): boolean => version.knownTo === null && version.validTo === null;
  const added = before.added.map((version) => (isOpen(version) ? { ...version, ...closing } : version));
  const past: VersionRow<R>[] = elapsed > 0 ? [{ ...before.current, validTo: occurredAt, ...open }] : [];
  const closesStored = before.closing === null && !before.added.some(isOpen);
  return { current, closing: closesStored ? closing : before.closing, added: [...added, ...past, fresh] };
}
