import { describe, expect, it } from '@jest/globals';
import {
  approval,
  currentGroup,
  date,
  importRow,
  item,
  nexus,
  proposal,
  weapon,
} from '../spec-support/builders.js';
import { child, given, rejection } from '../spec-support/entry-scenarios.js';
import { eventOf } from '../spec-support/scenario.js';

describe('A proposal by an officer', () => {
  it('[R-11] waits with everything that an approval would meet', () => {
    const accepted = given()
      .when(proposal({ ...child, evidence: [weapon({ verifiedBy: null })] }))
      .then('EntryProposed');
    expect(accepted.waitingFor).toEqual(['AGE-002', 'EVD-001', 'EVD-008']);
    expect(eventOf(accepted, 'EntryProposed').case).toMatchObject({ score: 0, band: null, scoreLines: [] });
  });

  it('[R-17] waits with SCO-001 and without a band when its score is zero', () => {
    const accepted = given()
      .when(proposal({ evidence: [weapon({ matter: null }), nexus()] }))
      .then('EntryProposed');
    expect(accepted.waitingFor).toEqual(['SCO-001']);
    expect(eventOf(accepted, 'EntryProposed').case).toMatchObject({ score: 0, band: null });
  });

  it('[R-05][ICO-3] is refused when nothing of its evidence may be kept', () => {
    given()
      .when(proposal({ evidence: [] }))
      .thenRefuses('EVD-001');
    given()
      .when(proposal({ evidence: [item({ kind: 'ASSOCIATION' })] }))
      .thenRefuses('EVD-001', 'EVD-006');
  });

  it('[R-01][R-20] is refused without a role and for a child under 10', () => {
    given()
      .when(proposal({ personType: '' }))
      .thenRefuses('ROLE-001');
    given()
      .when(proposal({ ageClass: 'UNDER_10' }))
      .thenRefuses('AGE-001');
  });

  it('[R-15] is refused when an assessment calls itself a fact', () => {
    given()
      .when(proposal({ evidence: [weapon(), nexus({ basis: 'FACT' })] }))
      .thenRefuses('EVD-001', 'EVD-010');
  });
});

describe('An approval', () => {
  it('[R-16][R-21] enters the person, with the attestation and the decision on telling them', () => {
    const accepted = given(proposal()).when(approval()).then('EntryApproved');
    expect(eventOf(accepted, 'EntryApproved').case).toMatchObject({
      band: 'GREEN',
      approvedBy: 'STAFF-102',
      attestationHash: 'hash-of-the-attestation',
      notification: { decision: 'NOTIFY' },
      reviewDue: '2027-01-31T09:00:00.000Z',
    });
  });

  it('records the group at the version that it read, whatever version the proposal read', () => {
    const group = { ...currentGroup, version: currentGroup.version + 5 };
    const accepted = given(proposal()).when(approval({ group })).then('EntryApproved');
    expect(eventOf(accepted, 'EntryApproved').case.group).toEqual({ id: group.groupId, version: 7 });
  });

  it('[R-16] by the proposer is refused and the record stays proposed', () => {
    given(proposal())
      .when(approval({ approvedBy: 'STAFF-101' }))
      .thenRefuses('AUT-001');
    given(proposal()).when(approval()).then('EntryApproved');
  });

  it('[R-23] by a service identity is refused', () => {
    given(proposal())
      .when(approval({ actorKind: 'service' }))
      .thenRefuses('AUT-004');
  });

  it('[R-11] evaluates the evidence on its own date and names every reason', () => {
    const insufficient = proposal({ evidence: [weapon()] });
    given(insufficient)
      .when(approval({ ...child, approvedBy: 'STAFF-101' }))
      .thenRefuses('AGE-002', 'AUT-001', 'EVD-001');
    const expiring = proposal({ evidence: [weapon(), nexus({ eventDate: date('2025-11-10') })] });
    given(expiring)
      .when(approval({ decidedAt: '2026-11-09T23:59:59.999Z' }))
      .then('EntryApproved');
    given(expiring)
      .when(approval({ decidedAt: '2026-11-10T00:00:00.000Z' }))
      .thenRefuses('EVD-001');
  });

  it('[R-100] counts nexus to no other group than the one proposed', () => {
    const other = {
      ...currentGroup,
      groupId: '00000000-0000-4000-8000-00000000000b' as typeof currentGroup.groupId,
    };
    given(proposal())
      .when(approval({ group: other }))
      .thenRefuses('EVD-001');
  });

  it('[R-21] must say why telling is restricted and when that is reviewed, within the clock', () => {
    const restricted = (ground: string, reviewBy: string) =>
      approval({ notification: { decision: 'RESTRICT', ground, reviewBy: date(reviewBy) } });
    given(proposal()).when(restricted('PREJUDICE', '2027-01-31')).then('EntryApproved');
    given(proposal()).when(restricted('PREJUDICE', '2027-02-01')).thenRefuses('SCH-003');
    given(proposal()).when(restricted('PREJUDICE', '2026-11-01')).thenRefuses('SCH-003');
    given(proposal()).when(restricted('', '2027-01-31')).thenRefuses('SCH-003');
  });

  it('[R-16] needs a written attestation', () => {
    given(proposal())
      .when(approval({ attestationHash: '' }))
      .thenRefuses('SCH-003');
  });

  it('[R-38] comes too late when the clock of the proposal has run out', () => {
    given(proposal())
      .when(approval({ decidedAt: '2026-11-29T08:59:59.999Z' }))
      .then('EntryApproved');
    given(proposal())
      .when(approval({ decidedAt: '2026-11-29T09:00:00.000Z' }))
      .thenRefuses('STM-001');
  });

  it('[R-30] needs a proposal', () => {
    given().when(approval()).thenRefuses('STM-001');
    given(importRow()).when(approval()).thenRefuses('STM-001');
    given(proposal(), rejection()).when(approval()).thenRefuses('STM-001');
  });
});

describe('A rejection', () => {
  it('[R-38][ICO-3] shows the family of its reason and seals the reason itself', () => {
    const accepted = given(proposal()).when(rejection()).then('EntryRejected');
    expect(eventOf(accepted, 'EntryRejected')).toMatchObject({
      skeleton: { borough: 'E09000012', reasonFamily: 'criteria' },
      case: { reasonCode: 'CRITERIA_NOT_MET', rejectedBy: 'STAFF-102' },
    });
  });

  it('[R-38] for the time limit comes with the limit and not before', () => {
    const late = { reasonCode: 'TIME_LIMIT' } as const;
    given(proposal())
      .when(rejection({ ...late, decidedAt: '2026-11-29T08:59:59.999Z' }))
      .thenRefuses('STM-001');
    given(proposal())
      .when(rejection({ ...late, decidedAt: '2026-11-29T09:00:00.000Z' }))
      .then('EntryRejected');
  });

  it('[R-72] is possible for a proposal only', () => {
    given().when(rejection()).thenRefuses('STM-001');
    given(importRow()).when(rejection()).thenRefuses('STM-001');
    given(proposal(), rejection()).when(rejection()).thenRefuses('STM-001');
  });
});
