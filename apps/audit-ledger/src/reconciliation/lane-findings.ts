import { capped } from '@probity/reconciliation';
import type { Finding } from '@probity/reconciliation';
import type { Lane, MarkedLane } from './lane.js';
import { laneName, placeOf } from './lane.js';
import type { Counted, FaultyRecord, MissingEvent } from './ledger.repository.js';

/** How many things of one kind are named one by one. */
export const NAMED = 20;

/** Findings for the faulty records of a lane. */
export function faultFindings(lane: Lane, faults: readonly FaultyRecord[]): Finding[] {
  const findings = faults.map(({ offset, code, reason }) => {
    const place = placeOf(lane, offset);
    return { code, place, sentence: `${place}: ${reason}` };
  });
  return capped(findings, NAMED, laneName(lane));
}

/** Which offsets of a lane are gone, and what is missing for it. Pure: the counts come in. */
export interface LostRange {
  /** What the topic has lost: its beginning, its end or itself. */
  readonly kind: 'beginning' | 'end' | 'topic';
  readonly from: bigint;
  /** Exclusive. */
  readonly to: bigint;
}

/** The offsets that a topic no longer has although it had them. */
export function lostRanges({ lane, marks }: MarkedLane): LostRange[] {
  if (marks === null) return lane.nextOffset > 0n ? [{ kind: 'topic', from: 0n, to: lane.nextOffset }] : [];
  const lost: LostRange[] = [];
  if (marks.low > 0n) lost.push({ kind: 'beginning', from: 0n, to: marks.low });
  if (marks.high < lane.nextOffset) lost.push({ kind: 'end', from: marks.high, to: lane.nextOffset });
  return lost;
}

/**
 * The finding for a lost range, or null when nothing is missing for it: every event of it stands elsewhere in the topic.
 *
 * @param unseen offsets of it that nobody had verified, as long as the store has an event that is nowhere
 */
export function lostFinding(
  lane: Lane,
  { kind, from, to }: LostRange,
  missing: Counted<MissingEvent>,
  unseen: number,
): Finding | null {
  if (missing.count === 0 && unseen === 0) return null;
  const last = to - 1n;
  const range =
    from === last ? `offset ${String(from)} is` : `offsets ${String(from)} to ${String(last)} are`;
  const what =
    kind === 'topic'
      ? `the topic ${lane.topic} is gone; it was verified up to offset ${String(last)}`
      : `${range} gone from ${laneName(lane)}`;
  const events = missing.count === 0 ? '' : `; missing from it: ${eventList(missing)}`;
  const unknown = unseen === 0 ? '' : `; ${String(unseen)} offsets of it had not been verified`;
  const place = `${laneName(lane)}@${String(from)}-${String(last)}`;
  return { code: kind === 'beginning' ? 'REC-006' : 'REC-007', place, sentence: what + events + unknown };
}

function eventList({ first, count }: Counted<MissingEvent>): string {
  const named = first.map(({ eventId, stream, version }) =>
    stream === null ? `event ${eventId}` : `event ${eventId} (${stream} version ${String(version)})`,
  );
  const rest = count - first.length;
  return rest > 0 ? `${named.join(', ')} and ${String(rest)} more` : named.join(', ');
}
