import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AgeClass } from '../calendar/age.js';
import type { Refusal } from '../refusal.js';
import { model } from '../spec-support/model.js';
import { whyNotDestroyed, whyNotFenced, whyNotLifted } from './decide.js';
import { evolveEnd, initialEnd } from './state.js';
import type { EndState } from './state.js';

const REMOVED_AT = '2026-11-01T09:00:00.000Z';
const LATER = '2027-06-01T09:00:00.000Z';

type Told = string | readonly [event: string, restrictionId: string];

function after(...events: Told[]): EndState {
  return events.reduce<EndState>((state, told) => {
    const [event, restrictionId] = typeof told === 'string' ? [told, null] : told;
    return evolveEnd(state, { event, recordedAt: REMOVED_AT, restrictionId });
  }, initialEnd);
}

const codesOf = (refusal: Refusal | null): readonly string[] => refusal?.codes ?? [];
const destroyed = (state: EndState, now = LATER, ageClass: AgeClass | null = 'ADULT'): readonly string[] =>
  codesOf(whyNotDestroyed(state, { now, ageClass, model: model }));

const FENCED = ['entry-approved', 'entry-removed', 'erasure-requested', 'record-fenced'] as const;

describe('[R-61] the end of a record', () => {
  it('waits 28 days from the recorded removal, 14 for a child, and the longer time when the age is not told', () => {
    const state = after(...FENCED);
    expect(destroyed(state, '2026-11-29T08:59:59.999Z')).toEqual(['ERA-003']);
    expect(destroyed(state, '2026-11-29T09:00:00.000Z')).toEqual([]);
    expect(destroyed(state, '2026-11-15T08:59:59.999Z', 'AGE_13_TO_17')).toEqual(['ERA-003']);
    expect(destroyed(state, '2026-11-15T09:00:00.000Z', 'AGE_13_TO_17')).toEqual([]);
    expect(destroyed(state, '2026-11-15T09:00:00.000Z', null)).toEqual(['ERA-003']);
  });

  it('waits after a rejection too', () => {
    const state = after('entry-proposed', 'entry-rejected', 'record-fenced');
    expect(destroyed(state, '2026-11-29T08:59:59.999Z')).toEqual(['ERA-003']);
    expect(destroyed(state)).toEqual([]);
  });

  it('does not come for a record that is on its list', () => {
    expect(destroyed(after('entry-approved', 'record-fenced'))).toEqual(['ERA-008']);
    expect(destroyed(after('entry-removed', 'entry-approved', 'record-fenced'))).toEqual(['ERA-008']);
  });

  it('does not come before the fence, nor after a cancellation, until it is fenced again', () => {
    expect(destroyed(after('entry-removed', 'erasure-requested'))).toEqual(['ERA-001']);
    const cancelled = after(...FENCED, 'erasure-cancelled');
    expect(destroyed(cancelled)).toEqual(['ERA-005']);
    expect(codesOf(whyNotFenced(cancelled))).toEqual(['ERA-005']);
    expect(destroyed(after(...FENCED, 'erasure-cancelled', 'record-fenced'))).toEqual([]);
  });

  it('[R-67] does not come while any restriction stands, and names every reason at once', () => {
    const restricted = (...events: Told[]): EndState => after('entry-removed', ...events, 'record-fenced');
    const one: Told = ['processing-restricted', 'a'];
    expect(destroyed(restricted(one))).toEqual(['ERA-004']);
    expect(destroyed(restricted(one), REMOVED_AT)).toEqual(['ERA-003', 'ERA-004']);
    expect(destroyed(restricted(one, ['processing-restricted', 'b'], ['restriction-lifted', 'a']))).toEqual([
      'ERA-004',
    ]);
    expect(destroyed(restricted(one, ['restriction-lifted', 'a']))).toEqual([]);
  });

  it('is done again by a vault that was restored to before it', () => {
    const done = after(...FENCED, 'subject-key-destroyed');
    expect(destroyed(done, REMOVED_AT)).toEqual([]);
  });

  it('is lifted only by a cancellation in the log, and never when the key is gone', () => {
    expect(codesOf(whyNotLifted(after(...FENCED)))).toEqual(['ERA-009']);
    expect(codesOf(whyNotLifted(after(...FENCED, 'erasure-cancelled')))).toEqual([]);
    expect(codesOf(whyNotLifted(after(...FENCED, 'subject-key-destroyed')))).toEqual(['ERA-007']);
  });

  it('never comes without a removal or rejection behind which nothing was entered, whatever the order of events', () => {
    const events = fc.array(
      fc.constantFrom(...FENCED, 'entry-proposed', 'entry-rejected', 'erasure-cancelled', 'evidence-added'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(events, (told) => {
        if (destroyed(after(...told)).length > 0) return;
        const entered = Math.max(told.lastIndexOf('entry-approved'), told.lastIndexOf('entry-proposed'));
        expect(
          Math.max(told.lastIndexOf('entry-removed'), told.lastIndexOf('entry-rejected')),
        ).toBeGreaterThan(entered);
        expect(told.lastIndexOf('record-fenced')).toBeGreaterThan(told.lastIndexOf('erasure-cancelled'));
      }),
    );
  });
});
