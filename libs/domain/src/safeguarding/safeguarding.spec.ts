import { describe, expect, it } from '@jest/globals';
import { conviction, date, grade, item, registration } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { eventOf, scenarios } from '../spec-support/scenario.js';
import type { EvidenceItem } from '../evidence/item.js';
import { decideSafeguarding } from './decide.js';
import type { RegisterEntry } from './decide.js';
import type { SafeguardingEvent } from './events.js';
import { evolveSafeguarding, initialSafeguarding } from './state.js';
import type { SafeguardingState } from './state.js';

const given = scenarios<SafeguardingState, RegisterEntry, SafeguardingEvent>({
  initial: initialSafeguarding,
  evolve: evolveSafeguarding,
  decide: (command, state) => decideSafeguarding(command, state, model),
});
const victimisation = (overrides: Partial<EvidenceItem> = {}) =>
  item({ kind: 'VICTIMISATION', about: 'victim', ...overrides });
const referral = (overrides: Partial<EvidenceItem> = {}) =>
  item({ kind: 'SAFEGUARDING_REFERRAL', about: 'victim', ...overrides });

describe('The safeguarding register', () => {
  it('[R-02][ICO-1] takes a victim without a score, a band or a place in the harm list', () => {
    const { case: registered } = eventOf(
      given().when(registration()).then('EntryRegistered'),
      'EntryRegistered',
    );
    expect(registered).toMatchObject({
      role: 'VICTIM',
      vulnerability: { degree: 'STANDARD', basis: 'ASSUMED' },
      reviewDue: '2027-01-31T09:00:00.000Z',
      criteriaHoldUntil: '2027-08-31T23:00:00.000Z',
    });
    expect(Object.keys(registered)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/score|band/i)]),
    );
  });

  it('[R-02][ICO-1] takes a victim on a crime reference or a referral, a person at risk on a referral alone', () => {
    given()
      .when(registration({ evidence: [victimisation()] }))
      .then('EntryRegistered');
    given()
      .when(registration({ evidence: [referral()] }))
      .then('EntryRegistered');
    given()
      .when(registration({ role: 'AT_RISK', evidence: [referral()] }))
      .then('EntryRegistered');
    given()
      .when(registration({ role: 'AT_RISK', evidence: [victimisation()] }))
      .thenRefuses('EVD-001');
  });

  it.each([
    ['expired', victimisation({ eventDate: date('2025-11-01') })],
    ['historic', victimisation({ grade: grade('A1/1') })],
    ['weak', victimisation({ grade: grade('3A P') })],
    ['suspected false', victimisation({ grade: grade('1E P') })],
    ['unverified', victimisation({ verifiedBy: null })],
    ['self-verified', victimisation({ verifiedBy: 'STAFF-001' })],
    ['unlawful', victimisation({ lawfullyObtained: false })],
    ['echoed', referral({ originOrg: 'MPS', sourceClass: 'POLICE' })],
    ['other', conviction()],
  ])('[R-11] refuses with EVD-001 and nothing else when the only item is %s', (_why, only) => {
    given()
      .when(registration({ evidence: [only], ageClass: 'UNDER_10' }))
      .thenRefuses('EVD-001');
  });

  it('[R-11] counts an item for twelve months less a day', () => {
    given()
      .when(registration({ evidence: [victimisation({ eventDate: date('2025-11-02') })] }))
      .then('EntryRegistered');
  });

  it('[R-11] takes a referral for a person at risk from professionals only', () => {
    const neighbour = referral({ originOrg: 'RESIDENT', sourceClass: 'COMMUNITY' });
    given()
      .when(registration({ role: 'AT_RISK', evidence: [neighbour] }))
      .thenRefuses('EVD-001');
  });

  it('[R-20] takes a person of any age, a child with a shorter review and high vulnerability until assessed', () => {
    const young = registration({ ageClass: 'UNDER_10', nextAgeBoundary: date('2030-01-01') });
    const { case: registered } = eventOf(given().when(young).then('EntryRegistered'), 'EntryRegistered');
    expect(registered).toMatchObject({
      vulnerability: { degree: 'HIGH', basis: 'ASSUMED' },
      reviewDue: '2026-12-27T09:00:00.000Z',
    });
    const assessed = given()
      .when({ ...young, vulnerability: 'STANDARD' })
      .then('EntryRegistered');
    expect(eventOf(assessed, 'EntryRegistered').case.vulnerability.degree).toBe('STANDARD');
  });

  it('[R-15] tells an assessment from what is assumed until there is one, whichever comes to the same degree', () => {
    const basisOf = (vulnerability: RegisterEntry['vulnerability']) =>
      eventOf(given().when(registration({ vulnerability })).then('EntryRegistered'), 'EntryRegistered').case
        .vulnerability;
    expect(basisOf('STANDARD')).toEqual({ degree: 'STANDARD', basis: 'ASSESSED' });
    expect(basisOf(null)).toEqual({ degree: 'STANDARD', basis: 'ASSUMED' });
  });

  it('[R-02][ICO-1] keeps what the role rests on and no evidence of harm', () => {
    const unverified = referral({ verifiedBy: null });
    const kept = victimisation();
    const accepted = given()
      .when(registration({ evidence: [kept, unverified, conviction()] }))
      .then('EntryRegistered');
    const { evidence, countedEvidence } = eventOf(accepted, 'EntryRegistered').case;
    expect(evidence).toEqual([kept, unverified]);
    expect(countedEvidence).toEqual([kept.evidenceId]);
  });

  it('[R-32] holds until the last of the items expires', () => {
    const evidence = [
      victimisation({ eventDate: date('2026-01-10') }),
      referral({ eventDate: date('2026-03-10') }),
    ];
    const accepted = given().when(registration({ evidence })).then('EntryRegistered');
    expect(eventOf(accepted, 'EntryRegistered').case.criteriaHoldUntil).toBe('2027-03-10T00:00:00.000Z');
  });

  it('[R-19] refuses evidence from the future, and a second registration of a record', () => {
    given()
      .when(registration({ evidence: [victimisation({ receivedAt: date('2026-11-02') })] }))
      .thenRefuses('SCH-003');
    given(registration()).when(registration()).thenRefuses('STM-001');
  });
});
