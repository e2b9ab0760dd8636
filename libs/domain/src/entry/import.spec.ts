import { describe, expect, it } from '@jest/globals';
import { ageClassOn } from '../calendar/age.js';
import type { EvidenceItem } from '../evidence/item.js';
import {
  conviction,
  date,
  grade,
  importRow,
  intelligence,
  item,
  nexus,
  today,
  weapon,
} from '../spec-support/builders.js';
import { child, given } from '../spec-support/entry-scenarios.js';
import { eventOf } from '../spec-support/scenario.js';

describe('A row of a legacy list', () => {
  it('[R-11][ST-1] is entered in a window when the evidence suffices and another person approved', () => {
    const accepted = given().when(importRow()).then('EntryProposed', 'LegacyEntryAsserted');
    expect(accepted.waitingFor).toEqual([]);
    expect(eventOf(accepted, 'LegacyEntryAsserted').case).toMatchObject({
      role: 'SUSPECTED_OFFENDER',
      band: 'GREEN',
      score: 5,
      group: { id: '00000000-0000-4000-8000-00000000000a', version: 2 },
      assertedApprovedBy: 'STAFF-102',
      attestBy: '2026-11-29T09:00:00.000Z',
      reviewDue: '2027-01-31T09:00:00.000Z',
      criteriaHoldUntil: '2027-08-31T23:00:00.000Z',
    });
  });

  it('[R-11] only proposes outside a window, whoever approved', () => {
    const accepted = given()
      .when(importRow({ window: { open: false } }))
      .then('EntryProposed');
    expect(accepted.waitingFor).toEqual([]);
    expect(eventOf(accepted, 'EntryProposed').case.decideBy).toBe('2026-11-29T09:00:00.000Z');
  });

  it.each([null, '', '  '])('[R-16] waits without a code when the approver is %p', (approvedBy) => {
    expect(given().when(importRow({ approvedBy })).then('EntryProposed').waitingFor).toEqual([]);
  });

  it('[R-16] waits with AUT-001 when the proposer approved', () => {
    expect(
      given()
        .when(importRow({ approvedBy: 'STAFF-101' }))
        .then('EntryProposed').waitingFor,
    ).toEqual(['AUT-001']);
  });

  it('[R-05][ICO-3] is refused alone for its role, before anything else is looked at', () => {
    const worst = { ageClass: 'UNDER_10', evidence: [], approvedBy: 'STAFF-101' } as const;
    given()
      .when(importRow({ ...worst, personType: 'Associate' }))
      .thenRefuses('ROLE-004');
    given()
      .when(importRow({ ...worst, personType: 'Witness' }))
      .thenRefuses('ROLE-003');
    given()
      .when(importRow({ ...worst, personType: 'TBC' }))
      .thenRefuses('ROLE-001');
  });

  it('[R-02][ICO-1] of a victim or person at risk is never taken into the harm list', () => {
    given()
      .when(importRow({ personType: 'Victim' }))
      .thenRefuses('ROLE-001');
    given()
      .when(importRow({ personType: 'At risk' }))
      .thenRefuses('ROLE-001');
  });

  it('[R-17][ICO-5] is refused with a score of zero, and only looked at for it when the evidence suffices', () => {
    const unscored = weapon({ matter: null });
    given()
      .when(importRow({ evidence: [unscored, nexus()] }))
      .thenRefuses('SCO-001');
    given()
      .when(importRow({ evidence: [unscored] }))
      .thenRefuses('EVD-001');
  });

  it('[R-11] names age and approval beside evidence and score', () => {
    const open = { ...child, approvedBy: 'STAFF-101' };
    given()
      .when(importRow({ ...open, evidence: [weapon({ grade: grade('3A P') })] }))
      .thenRefuses('AGE-002', 'AUT-001', 'EVD-001', 'EVD-004');
    given()
      .when(importRow({ ...open, evidence: [weapon({ matter: null }), nexus()] }))
      .thenRefuses('AGE-002', 'AUT-001', 'SCO-001');
  });

  it('[R-15] is refused when an assessment calls itself a fact, although the other items suffice', () => {
    const overstated = intelligence({ basis: 'FACT' });
    given()
      .when(importRow({ evidence: [weapon(), nexus(), overstated] }))
      .thenRefuses('EVD-010');
  });

  it('[R-19] is refused when evidence comes from the future', () => {
    given()
      .when(importRow({ evidence: [weapon({ eventDate: date('2026-11-02') }), nexus()] }))
      .thenRefuses('SCH-003');
    given()
      .when(importRow({ evidence: [weapon({ eventDate: today, receivedAt: today }), nexus()] }))
      .then('EntryProposed', 'LegacyEntryAsserted');
  });

  it('[R-11] does not store kinds that never count, and explains them', () => {
    const clothing = item({ kind: 'CLOTHING_OR_MUSIC' });
    const accepted = given()
      .when(importRow({ evidence: [weapon(), clothing, nexus()] }))
      .then('EntryProposed', 'LegacyEntryAsserted');
    const stored = eventOf(accepted, 'EntryProposed').case.evidence;
    expect(stored.map(({ kind }) => kind)).toEqual(['WEAPON_RECOVERY', 'PARTNER_REPORT']);
    expect(accepted.items).toContainEqual(expect.objectContaining({ counted: false, exclusions: ['KIND'] }));
  });

  it('[R-72] is decided once for a record', () => {
    given(importRow()).when(importRow()).thenRefuses('STM-001');
  });

  it('[R-11] is refused without a word about the person', () => {
    const refusal = given()
      .when(importRow({ evidence: [weapon()], proposedBy: 'STAFF-777' }))
      .thenRefuses('EVD-001');
    expect(refusal.missing).toEqual(['INDEPENDENT_SOURCE', 'NEXUS']);
    expect(JSON.stringify(refusal)).not.toMatch(/STAFF-|SYN-/);
  });
});

describe('Age', () => {
  it('[R-20] under 10 ends the decision alone, whatever else is wrong', () => {
    const young = {
      ageClass: 'UNDER_10',
      evidence: [],
      approvedBy: 'STAFF-101',
      childAuthority: 'STAFF-9',
    } as const;
    given().when(importRow(young)).thenRefuses('AGE-001');
  });

  it('[R-20] 10 to 12 waits for central authority, which no file can give', () => {
    const row = importRow({ ageClass: 'AGE_10_TO_12', childAuthority: 'STAFF-9' });
    expect(given().when(row).then('EntryProposed').waitingFor).toEqual(['AGE-002']);
  });

  it('[R-20] 13 to 17 waits for a named child authority', () => {
    expect(given().when(importRow(child)).then('EntryProposed').waitingFor).toEqual(['AGE-002']);
    expect(
      given()
        .when(importRow({ ...child, childAuthority: ' ' }))
        .then('EntryProposed').waitingFor,
    ).toEqual(['AGE-002']);
    given()
      .when(importRow({ ...child, childAuthority: 'STAFF-9' }))
      .then('EntryProposed', 'LegacyEntryAsserted');
  });

  it.each([
    ['2016-11-02', ['AGE-001']],
    ['2016-11-01', ['AGE-002']],
    ['2013-11-02', ['AGE-002']],
    ['2008-11-02', ['AGE-002']],
    ['2008-11-01', []],
  ])('[R-20] somebody born on %s meets %p', (born, codes) => {
    const { decision } = given().when(importRow(ageClassOn(date(born), today)));
    expect('refused' in decision ? decision.codes : decision.waitingFor).toEqual(codes);
  });

  it('[R-20] gives people under 18 shorter clocks', () => {
    const row = importRow({ ...child, childAuthority: 'STAFF-9' });
    const accepted = given().when(row).then('EntryProposed', 'LegacyEntryAsserted');
    expect(eventOf(accepted, 'EntryProposed').case.decideBy).toBe('2026-11-15T09:00:00.000Z');
    expect(eventOf(accepted, 'LegacyEntryAsserted').case.reviewDue).toBe('2026-12-27T09:00:00.000Z');
  });
});

describe('The role follows the evidence', () => {
  const roleOf = (...evidence: EvidenceItem[]) =>
    eventOf(
      given().when(importRow({ evidence })).then('EntryProposed', 'LegacyEntryAsserted'),
      'LegacyEntryAsserted',
    ).case.role;

  it('[R-04][ICO-1] a counted conviction about violence or a weapon makes a convicted offender', () => {
    expect(roleOf(conviction(), nexus())).toBe('CONVICTED_OFFENDER');
    expect(roleOf(conviction({ about: 'weapon' }), nexus())).toBe('CONVICTED_OFFENDER');
  });

  it('[R-04] what a conviction concerns decides, not the name of its offence', () => {
    expect(roleOf(conviction({ about: 'nexus', matter: 'GBH' }), weapon())).toBe('SUSPECTED_OFFENDER');
  });

  it('[R-04] a conviction that does not count gives no role', () => {
    expect(roleOf(conviction({ eventDate: date('2023-11-01') }), weapon(), nexus())).toBe(
      'SUSPECTED_OFFENDER',
    );
    expect(roleOf(conviction({ eventDate: date('2023-11-02') }), weapon(), nexus())).toBe(
      'CONVICTED_OFFENDER',
    );
    expect(roleOf(conviction({ verifiedBy: null }), weapon(), nexus())).toBe('SUSPECTED_OFFENDER');
  });
});
