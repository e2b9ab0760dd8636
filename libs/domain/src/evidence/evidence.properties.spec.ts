import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMonths } from '../calendar/local-date.js';
import { londonDateOf } from '../calendar/london-time.js';
import { currentGroup, date, grade, item, today } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { criteriaHoldUntil } from './criteria-hold.js';
import { examineSet, isLimited } from './conditions.js';
import { classify } from './classify.js';
import type { EvidenceItem } from './item.js';
import { scoreOf } from './score.js';
import { assessSufficiency } from './sufficiency.js';
import { ABOUTS, EVIDENCE_KINDS, MATTERS } from './vocabulary.js';
import type { EvidenceKind } from './vocabulary.js';

const GRADES = ['1A P', '1B C', '2A P', '2B P', '2C P', '1D P', '2D C', '3A P', '1E P', 'B2/4'];

const itemOf = (kinds: readonly EvidenceKind[]): fc.Arbitrary<EvidenceItem> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      rootOriginId: fc.constantFrom('ROOT-1', 'ROOT-2', 'ROOT-3', 'ROOT-4'),
      originOrg: fc.constantFrom('MPS', 'YJS', 'LBC'),
      grade: fc.constantFrom(...GRADES).map(grade),
      about: fc.constantFrom(...ABOUTS),
      matter: fc.option(fc.constantFrom(...MATTERS), { freq: 5 }),
      verifiedBy: fc.option(fc.constantFrom('STAFF-001', 'STAFF-002', 'STAFF-003'), { freq: 9 }),
      monthsOld: fc.integer({ min: 0, max: 40 }),
    })
    .map(({ monthsOld, ...fields }) => item({ ...fields, eventDate: addMonths(today, -monthsOld) }));

const anyItems = fc.array(itemOf(EVIDENCE_KINDS), { maxLength: 6 });
const usefulKinds = [
  'CONVICTION',
  'WEAPON_RECOVERY',
  'INTELLIGENCE_REPORT',
  'PARTNER_REPORT',
  'SELF_ADMISSION',
] as const;
const usefulItems = fc.array(itemOf(usefulKinds), { minLength: 2, maxLength: 6 });
const items = fc.oneof(anyItems, usefulItems);

const decide = (given: readonly EvidenceItem[]) => {
  const { sufficient, codes, missing, chosen } = assessSufficiency(given, currentGroup, today, model);
  return { sufficient, codes, missing, chosen: chosen.map(({ evidenceId }) => evidenceId).sort() };
};
const scored = (given: readonly EvidenceItem[]) =>
  scoreOf(assessSufficiency(given, currentGroup, today, model).chosen, today, model);

describe('Whatever the evidence', () => {
  it('[R-12][ST-4] any number of social-media items with any grades never flips a decision or a score', () => {
    fc.assert(
      fc.property(items, fc.array(itemOf(['SOCIAL_MEDIA']), { maxLength: 5 }), (given, posts) => {
        expect(decide([...given, ...posts]).sufficient).toBe(decide(given).sufficient);
        expect(scored([...given, ...posts])).toEqual(scored(given));
      }),
    );
  });

  it('[R-03][ICO-1] victimisation and referrals never change a decision, a score or one of its lines', () => {
    const harmless = fc.array(itemOf(['VICTIMISATION', 'SAFEGUARDING_REFERRAL']), { maxLength: 10 });
    fc.assert(
      fc.property(items, harmless, (given, suffered) => {
        expect(decide([...given, ...suffered]).sufficient).toBe(decide(given).sufficient);
        expect(scored([...given, ...suffered])).toEqual(scored(given));
      }),
    );
  });

  it('[R-10][ICO-2] the order of items changes nothing', () => {
    const shuffled = items.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(shuffled, ([given, reordered]) => {
        expect(decide(reordered)).toEqual(decide(given));
        expect(scored(reordered)).toEqual(scored(given));
      }),
    );
  });

  it('[R-11] an item that does not count never changes the score', () => {
    fc.assert(
      fc.property(items, itemOf(EVIDENCE_KINDS), (given, extra) => {
        fc.pre(!classify(extra, today, model).counted);
        expect(scored([...given, extra])).toEqual(scored(given));
      }),
    );
  });

  it('[R-11] S holds exactly when some set of counted items with one D at most meets every condition', () => {
    fc.assert(
      fc.property(items, (given) => {
        const counted = given.filter((each) => classify(each, today, model).counted);
        const satisfying = subsetsOf(counted).filter(
          (set) =>
            set.filter((each) => isLimited(each, model)).length <= 1 &&
            examineSet(set, model).failed.length === 0,
        );
        const result = assessSufficiency(given, currentGroup, today, model);
        expect(result.sufficient).toBe(satisfying.length > 0);
        // Where all intelligence together meets its limit, a source still scores by its highest item.
        fc.pre(!isIntelligenceLimited(given));
        const best = Math.max(0, ...satisfying.map((set) => scoreOf(set, today, model).score));
        expect(scored(given).score).toBe(best);
      }),
    );
  });

  it('[R-11] the points of the lines add up to the score', () => {
    fc.assert(
      fc.property(items, (given) => {
        const { score, lines } = scored(given);
        expect(lines.reduce((total, { points }) => total + points, 0)).toBe(score);
      }),
    );
  });

  it('[R-32] the criteria hold to the last day before the stated midnight, and not on its day', () => {
    fc.assert(
      fc.property(usefulItems, (given) => {
        const until = criteriaHoldUntil(given, currentGroup, today, model);
        fc.pre(until !== null);
        const sufficientOn = (instant: string) =>
          assessSufficiency(given, currentGroup, londonDateOf(instant), model).sufficient;
        expect(sufficientOn(until)).toBe(false);
        expect(sufficientOn(new Date(Date.parse(until) - 1).toISOString())).toBe(true);
      }),
    );
  });
});

describe('The three-item limit of a legacy list', () => {
  it('[R-11] two good items are found among others that do not count', () => {
    const spare = item({ kind: 'FAMILY', about: 'nexus' });
    const good = [item({ kind: 'WEAPON_RECOVERY' }), item({ kind: 'PARTNER_REPORT', about: 'nexus' })];
    expect(assessSufficiency([spare, ...good], currentGroup, date('2026-11-01'), model).sufficient).toBe(
      true,
    );
  });
});

/** Whether any line scored less than its weight and recency give. */
function isIntelligenceLimited(given: readonly EvidenceItem[]): boolean {
  return scored(given).lines.some(
    ({ why, points, weight, factor }) => why === 'LIMITED' && points < weight * factor,
  );
}

function subsetsOf(given: readonly EvidenceItem[]): EvidenceItem[][] {
  return given.reduce<EvidenceItem[][]>(
    (sets, each) => [...sets, ...sets.map((set) => [...set, each])],
    [[]],
  );
}
