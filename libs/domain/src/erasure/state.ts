import type { Instant } from '../calendar/london-time.js';
import type { ClockName } from '../model/operating-model.js';

/** One event of a record as the end of the record sees it: what happened and when, nothing of its content. */
export interface RecordStep {
  /** Event without family and version, such as `record-fenced`. */
  readonly event: string;
  /** When the log had it, never the instant at which it was due. */
  readonly recordedAt: Instant;
  /** Which restriction began or ended; null for every other event. */
  readonly restrictionId: string | null;
}

/** How far the end of a record has come. */
export interface EndState {
  /** When the record left its list, and the clock that runs from then; null while it is on it. */
  readonly ended: { readonly at: Instant; readonly clock: WaitingClock } | null;
  /** Restrictions that stand (DPA 2018 s.47(2)). */
  readonly restrictions: ReadonlySet<string>;
  readonly fence: 'none' | 'fenced' | 'cancelled';
  readonly isKeyDestroyed: boolean;
}

/** Clocks of the operating model that run before an erasure. */
export type WaitingClock = Extract<ClockName, 'removedToErased' | 'rejectedToErased'>;

/** A record that nothing has ended. */
export const initialEnd: EndState = {
  ended: null,
  restrictions: new Set(),
  fence: 'none',
  isKeyDestroyed: false,
};

const ENTRIES: ReadonlySet<string> = new Set([
  'entry-proposed',
  'legacy-entry-asserted',
  'entry-approved',
  'entry-registered',
]);

/** The end of a record after one more of its events. Events that have nothing to do with it change nothing. */
export function evolveEnd(state: EndState, { event, recordedAt, restrictionId }: RecordStep): EndState {
  if (ENTRIES.has(event)) return { ...state, ended: null };
  switch (event) {
    case 'entry-removed':
      return { ...state, ended: { at: recordedAt, clock: 'removedToErased' } };
    case 'entry-rejected':
      return { ...state, ended: { at: recordedAt, clock: 'rejectedToErased' } };
    case 'processing-restricted':
      return { ...state, restrictions: new Set([...state.restrictions, restrictionId ?? '']) };
    case 'restriction-lifted':
      return { ...state, restrictions: without(state.restrictions, restrictionId ?? '') };
    case 'record-fenced':
      return { ...state, fence: 'fenced' };
    case 'erasure-cancelled':
      return { ...state, fence: 'cancelled' };
    case 'subject-key-destroyed':
      return { ...state, isKeyDestroyed: true };
    default:
      return state;
  }
}

function without(restrictions: ReadonlySet<string>, restrictionId: string): ReadonlySet<string> {
  return new Set([...restrictions].filter((each) => each !== restrictionId));
}
