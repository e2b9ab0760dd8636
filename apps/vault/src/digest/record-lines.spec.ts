import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '@probity/events';
import fc from 'fast-check';
import type { OpenedEvent, OpenedRecord } from './opened-record.js';
import { linesOf } from './record-lines.js';

const PROPOSED = 'probity.matrix.entry-proposed.v1';
const ASSERTED = 'probity.matrix.legacy-entry-asserted.v1';
const identity = {
  dateOfBirth: '2001-02-03',
  familyName: 'Testcase',
  givenName: 'Synth',
  localRef: 'HK-0001',
};
const equality = { birthYear: 2001, ethnicityOfficer: null, ethnicitySelf: null, sex: null };

interface Item {
  readonly source: string;
  readonly points: number;
  readonly isCounted: boolean;
}

/** A record as a decider leaves it: references to evidence sorted by id, lines of equal points sorted by id. */
function record(
  items: readonly Item[],
  ids: readonly string[],
  change: Partial<OpenedEvent['groups']> = {},
): OpenedRecord {
  const byId = <T extends { evidenceId: string }>(a: T, b: T): number =>
    a.evidenceId < b.evidenceId ? -1 : 1;
  const named = items.map((item, index) => ({ ...item, evidenceId: ids[index]! }));
  const scoreLines = named
    .map(({ evidenceId, points }) => ({ evidenceId, points }))
    .sort((a, b) => b.points - a.points || byId(a, b));
  const countedEvidence = named
    .filter(({ isCounted }) => isCounted)
    .map(({ evidenceId }) => evidenceId)
    .sort();
  const evidence = named.map(({ evidenceId, source }) => ({ evidenceId, sourceRef: source }));
  const group = { id: ids[items.length]!, version: 2 };
  return {
    borough: 'E09000012',
    events: [
      {
        type: PROPOSED,
        version: 1,
        skeleton: { borough: 'E09000012' },
        groups: {
          case: { evidence, group, scoreLines, decideBy: '2026-11-29T00:00:00.000Z' },
          identity,
          equality,
          ...change,
        },
      },
      {
        type: ASSERTED,
        version: 2,
        skeleton: { borough: 'E09000012' },
        groups: { case: { countedEvidence, scoreLines } },
      },
    ],
  };
}

const items: fc.Arbitrary<Item[]> = fc.array(
  fc.record({
    source: fc.constantFrom('s1', 's2', 's3'),
    points: fc.constantFrom(0, 5, 10),
    isCounted: fc.boolean(),
  }),
  { maxLength: 5 },
);
const idSets = fc.uniqueArray(fc.uuid(), { minLength: 6, maxLength: 6 });

describe('[R-64] the lines of a digest', () => {
  it('are the same for every choice of random ids', () => {
    fc.assert(
      fc.property(items, idSets, idSets, (content, left, right) => {
        expect(linesOf(record(content, left))).toEqual(linesOf(record(content, right)));
      }),
      { numRuns: 300 },
    );
  });

  it('differ when other evidence counts, scores or is named', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    );
    const content = [
      { source: 's1', points: 5, isCounted: true },
      { source: 's2', points: 5, isCounted: false },
    ];
    const lines = linesOf(record(content, ids));
    const others = [
      [content[0]!, { ...content[1]!, isCounted: true }],
      [
        { ...content[0]!, isCounted: false },
        { ...content[1]!, isCounted: true },
      ],
      [{ ...content[0]!, points: 10 }, content[1]!],
      [{ ...content[0]!, source: 's3' }, content[1]!],
      [content[0]!],
    ];
    for (const other of others) expect(linesOf(record(other, ids))).not.toEqual(lines);
  });

  it('differ when identity, equality, borough, a date of the case or the skeleton differs', () => {
    const ids = ['aaaaaaaa-0000-4000-8000-000000000000'];
    const base = record([], ids);
    const changed = (groups: Partial<OpenedEvent['groups']>): string | undefined =>
      linesOf(record([], ids, groups))[0];
    const [first] = linesOf(base);
    expect(changed({ identity: { ...identity, givenName: 'Sample' } })).not.toBe(first);
    expect(changed({ equality: { ...equality, birthYear: 2002 } })).not.toBe(first);
    expect(changed({ case: { decideBy: '2026-11-30T00:00:00.000Z' } })).not.toBe(first);
    expect(linesOf({ ...base, borough: 'E09000025' })[0]).not.toBe(first);
    const rejected = { ...base.events[0]!, skeleton: { borough: 'E09000012', reasonFamily: 'criteria' } };
    expect(linesOf({ ...base, events: [rejected] })[0]).not.toBe(first);
  });

  it('leave ids and times of a skeleton out', () => {
    const event = (skeleton: Record<string, JsonValue>): OpenedEvent => ({
      type: 't',
      version: 1,
      groups: {},
      skeleton,
    });
    const line = (skeleton: Record<string, JsonValue>): string[] =>
      linesOf({ borough: 'E09000012', events: [event(skeleton)] });
    const bare = line({ borough: 'E09000012' });
    expect(line({ borough: 'E09000012', id: '5f0c3c1e-2b7d-4c7e-9f3a-0000000000d1' })).toEqual(bare);
    expect(line({ borough: 'E09000012', asAt: '2026-11-01T09:00:00.000Z' })).toEqual(bare);
    expect(line({ borough: 'E09000012', rows: 3 })).not.toEqual(bare);
  });

  it('[R-61] hold nothing of a person: only borough, version, type and hashes', () => {
    const line = /^E09000012\|[0-9a-f]{64}\|[12]\|probity\.matrix\.[a-z-]+\.v1\|[0-9a-f]{64}$/;
    const lines = linesOf(
      record(
        [{ source: 's1', points: 5, isCounted: true }],
        [...'abcdef'].map((c) => c.repeat(36)),
      ),
    );
    for (const each of lines) expect(each).toMatch(line);
    expect(lines[0]!.split('|')[1]).toBe(lines[1]!.split('|')[1]);
  });

  it('name a group by its name, and by a dash what has neither reference nor name', () => {
    const event = (groups: OpenedEvent['groups']): OpenedEvent => ({
      type: 't',
      version: 1,
      skeleton: {},
      groups,
    });
    const reference = (groups: OpenedEvent['groups']): string | undefined =>
      linesOf({ borough: 'E09000012', events: [event(groups)] })[0]?.split('|')[1];
    expect(reference({ case: { name: 'Group One' } })).toMatch(/^[0-9a-f]{64}$/);
    expect(reference({ case: { name: 'Group One' } })).not.toBe(reference({ case: { name: 'Group Two' } }));
    expect(reference({ case: { rejectedBy: 'x' } })).toBe('-');
  });
});
