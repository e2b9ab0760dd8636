import { describe, expect, it } from '@jest/globals';
import {
  conviction,
  currentGroup,
  date,
  grade,
  intelligence,
  item,
  nexus,
  today,
  weapon,
} from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import type { EvidenceItem } from './item.js';
import { explainItem } from './explanation.js';
import { assessSufficiency } from './sufficiency.js';

const assess = (...items: EvidenceItem[]) => assessSufficiency(items, currentGroup, today, model);
const codesOf = (...items: EvidenceItem[]) => assess(...items).codes;

describe('The worked cases of the sufficiency rule', () => {
  it('[R-11][ST-1] 1A and 2B of different roots, one about a weapon, suffice', () => {
    const result = assess(weapon({ grade: grade('1A P') }), nexus({ grade: grade('2B P') }));
    expect(result).toMatchObject({ sufficient: true, codes: [], missing: [], independentSources: 2 });
  });

  it('[R-13][ICO-2] 1A and the same report through a second borough is one source', () => {
    const report = weapon({ rootOriginId: 'SYN-ROOT-ONE' });
    const resubmitted = nexus({ rootOriginId: 'SYN-ROOT-ONE' });
    expect(codesOf(report, resubmitted)).toEqual(['EVD-001', 'EVD-003']);
  });

  it('[R-14] 2C and 2D are too weak', () => {
    expect(codesOf(weapon({ grade: grade('2C P') }), nexus({ grade: grade('2D P') }))).toEqual([
      'EVD-001',
      'EVD-004',
    ]);
  });

  it('[R-12][ST-4] 1A and a post is one item', () => {
    expect(codesOf(weapon(), item({ kind: 'SOCIAL_MEDIA', about: 'nexus' }))).toEqual(['EVD-001', 'EVD-002']);
  });

  it('[R-11] three music videos are nothing', () => {
    const video = () => item({ kind: 'CLOTHING_OR_MUSIC', about: 'nexus' });
    expect(codesOf(video(), video(), video())).toEqual(['EVD-001', 'EVD-006']);
  });

  it('[R-11] a conviction of 40 months ago and nothing else has expired', () => {
    const result = assess(conviction({ eventDate: date('2023-07-01') }));
    expect(result.codes).toEqual(['EVD-001']);
    expect(result.missing).toContain('UNEXPIRED_ITEM');
  });

  it('[R-11] no evidence at all is EVD-001 alone', () => {
    expect(codesOf()).toEqual(['EVD-001']);
  });
});

describe('Sources and organisations', () => {
  it('[R-13] the same root through three boroughs counts once', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    expect(codesOf(weapon(same), nexus(same), intelligence(same))).toEqual(['EVD-001', 'EVD-003']);
  });

  it('[R-13] a shared root is no reason while two roots remain', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    expect(assess(weapon(same), intelligence(same), nexus()).sufficient).toBe(true);
    expect(codesOf(nexus(same), nexus(same), nexus())).toEqual(['EVD-001', 'EVD-005']);
  });

  it('[R-13] uncounted items share no root', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    expect(codesOf(weapon(same), item({ kind: 'SOCIAL_MEDIA', about: 'nexus', ...same }))).toEqual([
      'EVD-001',
      'EVD-002',
    ]);
  });

  it('[R-11] one organisation without a fact does not suffice, and has no code of its own', () => {
    const result = assess(intelligence(), intelligence({ about: 'nexus' }));
    expect(result.codes).toEqual(['EVD-001']);
    expect(result.missing).toEqual(['OTHER_ORGANISATION_OR_FACT']);
  });

  it('[R-11] one organisation with a fact suffices, and so do two organisations without one', () => {
    expect(assess(weapon(), intelligence({ about: 'nexus' })).sufficient).toBe(true);
    expect(assess(intelligence(), nexus()).sufficient).toBe(true);
  });

  it('[R-13] a partner that repeats police information is neither a source nor an organisation', () => {
    const result = assess(weapon(), nexus({ originOrg: 'MPS', sourceClass: 'POLICE' }));
    expect(result.codes).toEqual(['EVD-001']);
    expect(result.missing).toEqual(['INDEPENDENT_SOURCE', 'NEXUS', 'ITEM_NOT_OF_POLICE_ORIGIN']);
  });

  it('[R-13] any member of a source may concern violence, be strong, or show nexus', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    const weakViolence = intelligence({ ...same, grade: grade('2C P') });
    const strongNexus = intelligence({ ...same, about: 'nexus', grade: grade('1A P') });
    expect(
      assess(weakViolence, strongNexus, item({ kind: 'SELF_ADMISSION', grade: grade('2C P') })).sufficient,
    ).toBe(true);
  });
});

describe('Grades of a set', () => {
  it('[R-14] one D joins a sufficient set', () => {
    expect(assess(weapon(), nexus({ grade: grade('2D P') })).sufficient).toBe(true);
  });

  it('[R-14] a set that needs two D is too weak, and only for that', () => {
    const same = { rootOriginId: 'SYN-ROOT-ONE' };
    const result = assess(
      intelligence({ ...same, about: 'nexus', grade: grade('1A P') }),
      intelligence({ ...same, grade: grade('2D P') }),
      nexus({ grade: grade('2D P') }),
    );
    expect(result.codes).toEqual(['EVD-001', 'EVD-004']);
    expect(result.missing).toEqual(['ONE_D_AT_MOST']);
  });

  it('[R-14] of several D the one that gives the higher score is relied on; the other is counted and left out', () => {
    const nexusOnly = nexus({ grade: grade('2D P') });
    const scored = intelligence({ about: 'nexus', grade: grade('1D P') });
    const result = assess(conviction(), nexusOnly, scored);
    expect(result.sufficient).toBe(true);
    expect(result.chosen).toContain(scored);
    expect(result.chosen).not.toContain(nexusOnly);
    expect(result.lines.map(({ counted, used }) => [counted, used])).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
  });

  it('[R-14] a D that does not complete the set yields to the one that does, whatever it scores', () => {
    const needed = nexus({ grade: grade('2D P') });
    const scored = intelligence({ grade: grade('2D P') });
    expect(assess(conviction(), needed, scored).chosen).toContain(needed);
    expect(assess(conviction(), needed, scored).chosen).not.toContain(scored);
  });

  it('[R-14] a strong item outside the counted ones makes nothing strong', () => {
    const strongButUnverified = weapon({ verifiedBy: null });
    expect(
      codesOf(strongButUnverified, weapon({ grade: grade('2C P') }), nexus({ grade: grade('2C P') })),
    ).toEqual(['EVD-001', 'EVD-004', 'EVD-008']);
  });
});

describe('Behaviour and nexus', () => {
  it('[R-11] belonging without behaviour does not suffice', () => {
    const result = assess(intelligence({ about: 'nexus' }), nexus());
    expect(result.codes).toEqual(['EVD-001', 'EVD-005']);
    expect(result.missing).toEqual(['VIOLENCE_OR_WEAPON']);
  });

  it('[R-11] behaviour without nexus does not suffice, and has no code of its own', () => {
    const result = assess(weapon(), conviction());
    expect(result.codes).toEqual(['EVD-001']);
    expect(result.missing).toEqual(['NEXUS']);
  });

  it('[R-100] nexus to a lapsed, small or unknown group is missing, without a code', () => {
    const groups = [
      { ...currentGroup, lastAudit: date('2023-11-01') },
      { ...currentGroup, qualifyingMembers: 2 },
      null,
    ];
    for (const group of groups) {
      const result = assessSufficiency([weapon(), nexus()], group, today, model);
      expect(result.codes).toEqual(['EVD-001']);
      expect(result.missing).toEqual(['INDEPENDENT_SOURCE', 'NEXUS', 'CURRENT_GROUP']);
    }
  });
});

describe('Reasons', () => {
  it('[R-11] are the complete set when nothing is counted: only exclusions beside EVD-001', () => {
    const result = assess(
      item({ kind: 'SOCIAL_MEDIA' }),
      item({ kind: 'CLOTHING_OR_MUSIC', about: 'nexus' }),
      intelligence({ verifiedBy: 'STAFF-001' }),
    );
    expect(result.codes).toEqual(['EVD-001', 'EVD-002', 'EVD-006', 'EVD-008']);
  });

  it('[R-11] expired and historic items are named as missing and add no code', () => {
    const result = assess(weapon({ eventDate: date('2020-01-01') }), nexus({ grade: grade('B2/4') }));
    expect(result.codes).toEqual(['EVD-001']);
    expect(result.missing).toEqual(expect.arrayContaining(['UNEXPIRED_ITEM', 'REGRADED_ITEM']));
  });

  it('[R-11] no exclusion is a reason once the evidence suffices; the decision explains it instead', () => {
    const result = assess(
      weapon(),
      nexus(),
      item({ kind: 'SOCIAL_MEDIA' }),
      intelligence({ grade: grade('3E P') }),
    );
    expect(result.codes).toEqual([]);
    expect(result.lines.flatMap(explainItem)).toEqual([
      'Counted, and relied on.',
      'Counted, and relied on.',
      'Not counted: evidence of this kind never supports a harm role.',
      'Not counted: the source is not reliable or the information is suspected to be false.',
    ]);
  });
});
