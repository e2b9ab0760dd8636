import type { Finding } from '@probity/reconciliation';
import type { Difference } from './store.repository.js';

/** Names a place in a topic by the number of its lane. */
export type PlaceOfLane = (lane: number, offset: bigint) => string;

/** Finding for a difference between the event store and what was verified. */
export function storeFinding(difference: Difference, placeOf: PlaceOfLane): Finding {
  const { state, eventId, stream, version, lane, offset, topic } = difference;
  const place = `events.event ${eventId}`;
  const at = lane === null || offset === null ? '' : placeOf(lane, offset);
  const name =
    stream === null ? `event ${eventId}` : `event ${eventId} (${stream} version ${String(version)})`;
  switch (state) {
    case 'gone':
      return { code: 'REC-004', place, sentence: `${name} is gone from the event store; it stands in ${at}` };
    case 'changed':
      return {
        code: 'REC-005',
        place,
        sentence: `${name} was changed in the event store; ${at} holds what was verified`,
      };
    case 'uncovered':
      return { code: 'REC-008', place, sentence: `${name} is in the event store, not in ${topic ?? 'its topic'} and not waiting to be published` }; // prettier-ignore
    default:
      return state satisfies never;
  }
}

/** Finding for ciphertext that differs. */
export function sealedFinding(difference: Difference, placeOf: PlaceOfLane): Finding {
  const { state, eventId, stream, version, lane, offset } = difference;
  const at = lane === null || offset === null ? '' : placeOf(lane, offset);
  const name = `event ${eventId} (${String(stream)} version ${String(version)})`;
  const what =
    state === 'gone'
      ? 'is gone from the event store although its stream is not fenced'
      : 'was changed in the event store';
  return {
    code: state === 'gone' ? 'REC-004' : 'REC-005',
    place: `events.sealed_value ${eventId}`,
    sentence: `the ciphertext of ${name} ${what}; ${at} holds what was verified`,
  };
}
