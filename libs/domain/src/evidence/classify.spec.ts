import { describe, expect, it } from '@jest/globals';
import { addDays } from '../calendar/local-date.js';
import { conviction, date, grade, item, nexus, today, weapon } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { classify, expiresOn } from './classify.js';
import type { EvidenceKind } from './vocabulary.js';

const SHELF_LIVES: readonly (readonly [EvidenceKind, number])[] = [
  ['CONVICTION', 36],
  ['CHARGE_PENDING', 24],
  ['RECORDED_CRIME_SUSPECT', 12],
  ['INTELLIGENCE_REPORT', 12],
  ['PARTNER_REPORT', 12],
  ['WEAPON_RECOVERY', 24],
  ['SELF_ADMISSION', 12],
];
const NEVER: readonly EvidenceKind[] = [
  'ASSOCIATION',
  'CLOTHING_OR_MUSIC',
  'LOCATION',
  'STOP_SEARCH_NEGATIVE',
  'FAMILY',
];

describe('Counted items', () => {
  it.each(SHELF_LIVES)(
    '[R-11] a %s counts for %i months less a day, and not on the anniversary',
    (kind, months) => {
      const eventDate = date(`${2026 - months / 12}-11-01`);
      expect(classify(item({ kind, eventDate: addDays(eventDate, 1) }), today, model).counted).toBe(true);
      expect(classify(item({ kind, eventDate }), today, model)).toEqual({
        counted: false,
        exclusions: ['EXPIRED'],
        codes: [],
      });
    },
  );

  it('[R-11] shelf life from 29 February ends on 28 February of a year without one', () => {
    expect(expiresOn(weapon({ eventDate: date('2024-02-29') }), model)).toBe('2026-02-28');
    expect(expiresOn(conviction({ eventDate: date('2025-02-28') }), model)).toBe('2028-02-28');
  });

  it('[R-12][ST-4] social media never counts, whatever its grade', () => {
    expect(classify(item({ kind: 'SOCIAL_MEDIA' }), today, model).codes).toEqual(['EVD-002']);
  });

  it('[R-12] social media past its six months is expired like anything else', () => {
    const expired = item({ kind: 'SOCIAL_MEDIA', eventDate: date('2026-05-01') });
    const lastDay = item({ kind: 'SOCIAL_MEDIA', eventDate: date('2026-05-02') });
    expect(classify(expired, today, model).codes).toEqual([]);
    expect(classify(lastDay, today, model).codes).toEqual(['EVD-002']);
  });

  it.each(NEVER)('[R-11] %s never counts and never expires into silence', (kind) => {
    const old = item({ kind, eventDate: date('2010-01-01') });
    expect(classify(old, today, model)).toEqual({ counted: false, exclusions: ['KIND'], codes: ['EVD-006'] });
  });

  it.each(['VICTIMISATION', 'SAFEGUARDING_REFERRAL'] as const)(
    '[R-03][ICO-1] %s never counts for harm',
    (kind) => {
      expect(classify(item({ kind }), today, model).codes).toEqual(['EVD-007']);
    },
  );

  it('[R-13] police information echoed by a partner kind counts for nothing and adds no code', () => {
    const echo = { originOrg: 'MPS', sourceClass: 'POLICE', verifiedBy: null } as const;
    expect(classify(nexus(echo), today, model)).toEqual({
      counted: false,
      exclusions: ['POLICE_ECHO'],
      codes: [],
    });
    expect(classify(item({ kind: 'SAFEGUARDING_REFERRAL', ...echo }), today, model).codes).toEqual([]);
  });

  it('[R-13] a police organisation is one by its name too, whatever class it is given', () => {
    expect(classify(nexus({ originOrg: 'MPS' }), today, model).exclusions).toEqual(['POLICE_ECHO']);
  });

  it('[R-11] an item verified by nobody or by its submitter does not count', () => {
    expect(classify(weapon({ verifiedBy: null }), today, model).codes).toEqual(['EVD-008']);
    expect(classify(weapon({ verifiedBy: 'STAFF-001' }), today, model).codes).toEqual(['EVD-008']);
  });

  it('[R-22] an item not attested as lawfully obtained does not count', () => {
    expect(classify(weapon({ lawfullyObtained: false }), today, model).codes).toEqual(['EVD-009']);
  });

  it('[R-15] an assessment called a fact does not count', () => {
    expect(classify(item({ kind: 'INTELLIGENCE_REPORT', basis: 'FACT' }), today, model).codes).toEqual([
      'EVD-010',
    ]);
  });

  it('[R-11] grade, verification and lawfulness are all named', () => {
    const bad = weapon({ grade: grade('3A P'), verifiedBy: null, lawfullyObtained: false });
    expect(classify(bad, today, model).codes).toEqual(['EVD-004', 'EVD-008', 'EVD-009']);
  });

  it('[R-11] the code of the kind goes before those of grade and verification', () => {
    const bad = { grade: grade('3E P'), verifiedBy: null } as const;
    expect(classify(item({ kind: 'SOCIAL_MEDIA', ...bad }), today, model).codes).toEqual(['EVD-002']);
    expect(classify(item({ kind: 'FAMILY', ...bad }), today, model).codes).toEqual(['EVD-006']);
  });

  it('[R-11] expiry and the historic scheme go before everything and have no code', () => {
    const unverified = { verifiedBy: null, lawfullyObtained: false } as const;
    expect(classify(weapon({ ...unverified, eventDate: date('2020-01-01') }), today, model).codes).toEqual(
      [],
    );
    expect(classify(weapon({ ...unverified, grade: grade('B2/4') }), today, model).codes).toEqual([]);
    expect(classify(item({ kind: 'FAMILY', grade: grade('B2/4') }), today, model).codes).toEqual([]);
  });

  it('[R-100] nexus to a group that is not current counts for nothing; other items are not touched', () => {
    expect(classify(nexus(), today, model, false)).toEqual({
      counted: false,
      exclusions: ['GROUP_NOT_CURRENT'],
      codes: [],
    });
    expect(classify(weapon(), today, model, false).counted).toBe(true);
  });

  it('[R-11] handling C limits sharing and never entry', () => {
    expect(classify(weapon({ grade: grade('1A C') }), today, model).counted).toBe(true);
  });
});
