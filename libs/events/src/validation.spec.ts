import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from './catalogue.js';
import { EventFormatError } from './event.js';
import type { PlainEvent } from './validation.js';
import { validatePlainEvent } from './validation.js';

const REGISTERED: PlainEvent = {
  type: 'probity.safeguarding.entry-registered.v1',
  skeleton: { borough: 'E09000012' },
  sealed: {
    case: {
      role: 'VICTIM',
      vulnerability: 'STANDARD',
      ageClass: 'ADULT',
      nextAgeBoundary: null,
      evidence: [],
      countedEvidence: [],
      registeredBy: 'STAFF-101',
      inCustody: false,
      reviewDue: '2027-01-31T09:00:00.000Z',
      criteriaHoldUntil: null,
    },
    identity: { familyName: 'Synor', givenName: 'Kam', dateOfBirth: '2004-02-29', localRef: 'SYN-1' },
    equality: { sex: null, birthYear: 2004, ethnicitySelf: null, ethnicityOfficer: null },
  },
};

describe('the event catalogue', () => {
  it('takes an event that fits its schemas', () => {
    expect(() => {
      validatePlainEvent(REGISTERED);
    }).not.toThrow();
  });

  it('[R-19] refuses a member that no schema knows, naming its place and not its value', () => {
    const identity = { ...REGISTERED.sealed.identity, homeAddress: '57 Imaginary Road' };
    const event = { ...REGISTERED, sealed: { ...REGISTERED.sealed, identity } };
    expect(() => {
      validatePlainEvent(event);
    }).toThrow(/^identity additionalProperties/);
    expect(() => {
      validatePlainEvent(event);
    }).not.toThrow(/Imaginary/);
  });

  it('[R-01] has no entry without a role', () => {
    const { role: _role, ...rest } = REGISTERED.sealed.case ?? {};
    expect(() => {
      validatePlainEvent({ ...REGISTERED, sealed: { ...REGISTERED.sealed, case: rest } });
    }).toThrow('role');
  });

  it('[R-02][ICO-1] has no score and no band on the safeguarding register', () => {
    const scored = { ...REGISTERED.sealed.case, score: 12, band: 'AMBER' };
    expect(() => {
      validatePlainEvent({ ...REGISTERED, sealed: { ...REGISTERED.sealed, case: scored } });
    }).toThrow(EventFormatError);
  });

  it('refuses a missing sealed group, one too many, and an unknown type', () => {
    const { identity: _identity, ...withoutIdentity } = REGISTERED.sealed;
    expect(() => {
      validatePlainEvent({ ...REGISTERED, sealed: withoutIdentity });
    }).toThrow('lacks the sealed group identity');
    const refused = { type: 'probity.access.command-refused.v1', skeleton: {}, sealed: { case: {} } };
    expect(() => {
      validatePlainEvent(refused);
    }).toThrow();
    expect(() => {
      validatePlainEvent({ ...REGISTERED, type: 'probity.matrix.unheard-of.v1' });
    }).toThrow('does not hold');
  });

  it('keeps skeletons free of anything about a person: borough, family of reason, hashes and codes alone', () => {
    const members = [...CATALOGUE.values()].flatMap((definition) =>
      Object.keys(definition.skeleton['properties'] as object),
    );
    const allowed = [
      'asAt',
      'borough',
      'codes',
      'command',
      'fileHash',
      'groupsHash',
      'openedBy',
      'reasonFamily',
      'rows',
    ];
    expect([...new Set(members)].sort()).toEqual(allowed);
  });
});
