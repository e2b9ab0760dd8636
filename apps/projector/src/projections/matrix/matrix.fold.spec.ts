import { describe, expect, it } from '@jest/globals';
import { NOT_RECORDED } from '@probity/events';
import type { ProjectedEvent } from '@probity/projection';
import { approved, legacyAsserted, proposed, rejected } from '../../../test/payloads.js';
import type { WrittenEvent } from '../../../test/borough-writer.js';
import { foldMatrix } from './matrix.fold.js';
import type { MatrixState } from './matrix.fold.js';

const RECORD = '00000000-0000-4000-8000-000000000001';
const GROUP = '00000000-0000-4000-8000-0000000000aa';
const T0 = '2026-11-01T09:00:00.000Z';
const T1 = '2026-11-08T09:00:00.000Z';

function at(time: string, offset: number, event: WrittenEvent): ProjectedEvent {
  return {
    type: event.type,
    recordId: RECORD,
    version: offset,
    topic: 'matrix.E09000012',
    offset: BigInt(offset),
    occurredAt: time,
    recordedAt: time,
    skeleton: event.skeleton ?? { borough: 'E09000012' },
    case: event.case ?? null,
  };
}

const fold = (...events: ProjectedEvent[]): MatrixState | undefined =>
  events.reduce<MatrixState | undefined>((state, event) => foldMatrix(state, event), undefined);

describe('the central matrix, event by event', () => {
  it('keeps no row of a person who is only proposed, or who was rejected', () => {
    expect(fold(at(T0, 1, proposed(RECORD)))).toMatchObject({
      lifecycle: 'PROPOSED',
      entries: { current: null, added: [] },
    });
    const refused = fold(at(T0, 1, proposed(RECORD)), at(T0, 2, rejected(RECORD)));
    expect(refused).toMatchObject({ lifecycle: 'REJECTED', entries: { current: null, added: [] } });
  });

  it('enters an approved person with the group that the decision read', () => {
    const state = fold(
      at(T0, 1, proposed(RECORD, { group: { id: GROUP, version: 3 } })),
      at(T1, 2, approved(RECORD, { group: { id: GROUP, version: 4 } })),
    );
    expect(state?.entries.current?.row).toMatchObject({
      borough: 'E09000012',
      role: 'SUSPECTED_OFFENDER',
      legacyAssertion: false,
      enteredAt: T1,
      attestBy: null,
      groupId: GROUP,
      topicOffset: 2n,
    });
  });

  it('goes by the proposal’s group where the decision is of a version that did not record it, and only there', () => {
    const group = { id: GROUP, version: 3 };
    const groupOf = (members: Parameters<typeof approved>[1]) =>
      fold(at(T0, 1, proposed(RECORD, { group })), at(T1, 2, approved(RECORD, members)))?.entries.current?.row
        .groupId;
    expect(groupOf({ group: NOT_RECORDED })).toBe(GROUP);
    expect(groupOf({ group: null })).toBeNull();
  });

  it('marks an entry on a file’s word and withholds it from the end of the time to attest', () => {
    const state = fold(at(T0, 1, proposed(RECORD)), at(T0, 2, legacyAsserted(RECORD)));
    expect(state?.entries.current?.row).toMatchObject({
      legacyAssertion: true,
      attestBy: '2026-11-29T09:00:00.000Z',
      withholdFrom: '2026-11-29T09:00:00.000Z',
    });
  });

  it('closes what was known when a decision replaces it, and keeps its past as known from then', () => {
    const state = fold(
      at(T0, 1, proposed(RECORD)),
      at(T0, 2, legacyAsserted(RECORD)),
      at(T1, 3, approved(RECORD, { band: 'RED' })),
    );
    const versions = state?.entries.added.map(({ row, validFrom, validTo, knownFrom, knownTo, fromOffset, toOffset }) => [row.band, validFrom, validTo, knownFrom, knownTo, fromOffset, toOffset]); // prettier-ignore
    expect(versions).toEqual([
      ['AMBER', T0, null, T0, T1, 2n, 3n],
      ['AMBER', T0, T1, T1, null, 3n, null],
      ['RED', T1, null, T1, null, 3n, null],
    ]);
    expect(state?.entries.current?.row).toMatchObject({ enteredAt: T0, legacyAssertion: false });
  });

  it('leaves no empty range when the clock stands still between two decisions', () => {
    const state = fold(
      at(T0, 1, proposed(RECORD)),
      at(T0, 2, legacyAsserted(RECORD)),
      at(T0, 3, approved(RECORD)),
    );
    expect(state?.entries.added.map((version) => version.validTo)).toEqual([null, null]);
  });

  it('[R-02][ICO-1] refuses a victim or a person at risk, proposed or entered', () => {
    for (const role of ['VICTIM', 'AT_RISK']) {
      expect(() => fold(at(T0, 1, proposed(RECORD, { role })))).toThrow('case.role');
      expect(() => fold(at(T0, 1, proposed(RECORD)), at(T0, 2, approved(RECORD, { role })))).toThrow(
        'case.role',
      );
    }
  });

  it('refuses events out of place: a decision without a proposal, a rejection of an entered person, another borough’s event', () => {
    expect(() => fold(at(T0, 2, approved(RECORD)))).toThrow('a decision follows a proposal');
    const entered = [at(T0, 1, proposed(RECORD)), at(T0, 2, approved(RECORD))];
    expect(() => fold(...entered, at(T1, 3, rejected(RECORD)))).toThrow('cannot be rejected');
    const foreign = { ...proposed(RECORD), skeleton: { borough: 'E09000013' } };
    expect(() => fold(at(T0, 1, foreign))).toThrow('another borough');
  });

  it('refuses a decision backdated to before the one that it replaces', () => {
    const events = [at(T0, 1, proposed(RECORD)), at(T1, 2, approved(RECORD)), at(T0, 3, approved(RECORD))];
    expect(() => fold(...events)).toThrow('cannot hold from before');
  });
});
