import type { Lane } from '../relay/outbox.js';
import type { RefusedRecord } from './topic-event.js';

/**
 * How a lane was found: `store-behind`, the topic holds events that the store lacks; `topic-behind`, the topic ends before
 * what was sent; `topic-lost`, there is no topic or nothing in it; `topic-cut`, records were removed at its beginning.
 */
export type LaneCondition = 'whole' | 'store-behind' | 'topic-behind' | 'topic-lost' | 'topic-cut';

/** What was found in one lane, and what was done or would be. Counts and offsets alone. */
export interface LaneReport extends Lane {
  readonly found: LaneCondition;
  /** Records that the topic held. */
  readonly records: number;
  /** Records that repeat an event which stands before them. */
  readonly duplicates: number;
  /** Events taken back from the topic into the store. */
  readonly takenBack: number;
  /** Events sent again to the offsets at which they stood. */
  readonly refilled: number;
  /** Events given to the relay, which sends them in the order of the store. */
  readonly putBack: number;
  /** Events that the topic lacks and that were not sent: it has no topic to go to, or the topic was cut before them. */
  readonly lacking: number;
  /** Number of the topic's generation that began with this recovery. */
  readonly generation: number | null;
  /** Positions have changed their meaning: read models of this topic must be built anew. */
  readonly haveMoved: boolean;
  /** Records that are left where they are, because they cannot be proved to be events of this lane. */
  readonly refused: readonly RefusedRecord[];
}

/** Every lane of a service, in the order of its topics. */
export interface RecoveryReport {
  readonly isDryRun: boolean;
  readonly lanes: readonly LaneReport[];
}

/** How far a recovery has come, in records read and sent; the total grows with what is found to be missing. */
export interface RecoveryProgress {
  readonly done: number;
  readonly total: number;
}

/** Whether a lane needed nothing. */
export function isWhole({ found, takenBack, putBack, refused }: LaneReport): boolean {
  return found === 'whole' && takenBack === 0 && putBack === 0 && refused.length === 0;
}
