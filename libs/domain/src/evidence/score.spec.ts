import { describe, expect, it } from '@jest/globals';
import { addDays } from '../calendar/local-date.js';
import { conviction, date, intelligence, item, nexus, today, weapon } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import type { EvidenceItem } from './item.js';
import { bandOf, factorOf, scoreOf } from './score.js';
import { EVIDENCE_KINDS, MATTERS } from './vocabulary.js';
import type { EvidenceKind } from './vocabulary.js';

const score = (...items: EvidenceItem[]) => scoreOf(items, today, model);

/** Months before the decision date, factor on the day before the anniversary, factor on the anniversary. */
const STEPS: readonly (readonly [EvidenceKind, number, number, number])[] = [
  ['CONVICTION', 6, 1, 0.75],
  ['CONVICTION', 12, 0.75, 0.5],
  ['CONVICTION', 24, 0.5, 0.25],
  ['CONVICTION', 36, 0.25, 0],
  ['CHARGE_PENDING', 24, 0.5, 0],
  ['WEAPON_RECOVERY', 24, 0.5, 0],
  ['RECORDED_CRIME_SUSPECT', 6, 1, 0.75],
  ['RECORDED_CRIME_SUSPECT', 12, 0.75, 0],
  ['INTELLIGENCE_REPORT', 6, 1, 0.5],
  ['INTELLIGENCE_REPORT', 12, 0.5, 0],
  ['PARTNER_REPORT', 6, 1, 0],
];
const ANNIVERSARY = { 6: '2026-05-01', 12: '2025-11-01', 24: '2024-11-01', 36: '2023-11-01' } as Record<
  number,
  string
>;

describe('Recency', () => {
  it.each(STEPS)(
    '[R-11] a %s %i months old: factor %d the day before, %d on the anniversary',
    (kind, months, before, on) => {
      const eventDate = date(ANNIVERSARY[months] ?? '');
      expect(factorOf(item({ kind, eventDate: addDays(eventDate, 1) }), today, model)).toBe(before);
      expect(factorOf(item({ kind, eventDate }), today, model)).toBe(on);
    },
  );

  it('[R-11] an event of 31 August is six months old on the last day of February', () => {
    const old = conviction({ eventDate: date('2026-08-31') });
    expect(factorOf(old, date('2027-02-27'), model)).toBe(1);
    expect(factorOf(old, date('2027-02-28'), model)).toBe(0.75);
  });

  it.each(EVIDENCE_KINDS.filter((kind) => model.kinds[kind].scoringWindow === null))(
    '[R-11] a %s never scores',
    (kind) => {
      expect(score(item({ kind, matter: 'GBH' }))).toMatchObject({ score: 0, band: 'ZERO' });
    },
  );
});

describe('Points', () => {
  it.each(MATTERS)('[R-11] a recent crime about %s scores its weight', (matter) => {
    expect(score(item({ kind: 'RECORDED_CRIME_SUSPECT', matter })).score).toBe(model.matters[matter]);
  });

  it('[R-11] an item without a matter scores nothing', () => {
    expect(score(nexus()).lines).toMatchObject([{ points: 0, why: 'NO_MATTER' }]);
  });

  it('[R-11] are not rounded', () => {
    expect(
      score(weapon({ eventDate: date('2026-03-01') }), conviction({ eventDate: date('2024-03-01') })).score,
    ).toBe(5.25);
  });

  it('[R-13] a source scores once, at its highest value', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    const result = score(weapon(same), conviction(same), nexus({ ...same, matter: 'VIOLENCE_INTELLIGENCE' }));
    expect(result.score).toBe(6);
    expect(result.lines.map(({ points, why }) => [points, why])).toEqual([
      [6, 'SCORED'],
      [0, 'SAME_SOURCE'],
      [0, 'SAME_SOURCE'],
    ]);
  });

  it('[R-11] an intelligence report never weighs more than two, and ages from there', () => {
    expect(score(intelligence({ matter: 'GBH' })).lines).toMatchObject([
      { weight: 2, points: 2, why: 'LIMITED' },
    ]);
    expect(score(intelligence({ matter: 'GBH', eventDate: date('2026-03-01') })).score).toBe(1);
  });

  it('[R-11] all intelligence together scores six at most, and the lines still add up', () => {
    const result = score(intelligence(), intelligence(), intelligence(), intelligence(), weapon());
    expect(result.score).toBe(11);
    expect(result.lines.map(({ points, why }) => [points, why])).toEqual([
      [5, 'SCORED'],
      [2, 'SCORED'],
      [2, 'SCORED'],
      [2, 'SCORED'],
      [0, 'LIMITED'],
    ]);
  });

  it('[R-11] the limit on all intelligence is applied after recency', () => {
    const half = { eventDate: date('2026-03-01') };
    expect(score(...Array.from({ length: 5 }, () => intelligence(half))).score).toBe(5);
  });
});

describe('Bands', () => {
  it.each([
    [0, 'ZERO'],
    [0.25, 'GREEN'],
    [7.75, 'GREEN'],
    [8, 'AMBER'],
    [19.75, 'AMBER'],
    [20, 'RED'],
  ] as const)('[R-11] a score of %d with a fact is %s', (points, band) => {
    expect(bandOf(points, true, model)).toBe(band);
  });

  it('[R-11][ICO-4] assessments alone cannot reach RED', () => {
    const grave = () => item({ kind: 'RECORDED_CRIME_SUSPECT', matter: 'GBH' });
    expect(score(grave(), grave())).toMatchObject({ score: 20, band: 'AMBER' });
    expect(score(grave(), grave(), item({ kind: 'SELF_ADMISSION' }))).toMatchObject({
      score: 20,
      band: 'RED',
    });
  });
});
