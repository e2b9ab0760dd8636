import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, currentType, currentTypeOf } from './catalogue.js';
import { EventFormatError } from './event.js';
import type { PlainEvent } from './validation.js';
import { validateOpenedEvent, validatePlainEvent } from './validation.js';

const REGISTERED: PlainEvent = {
  type: 'probity.safeguarding.entry-registered.v2',
  skeleton: { borough: 'E09000012' },
  sealed: {
    case: {
      role: 'VICTIM',
      vulnerability: { degree: 'STANDARD', basis: 'ASSUMED' },
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

  it('lets nobody write an earlier version, and names the one that is written', () => {
    expect(() => {
      validatePlainEvent({ ...REGISTERED, type: 'probity.safeguarding.entry-registered.v1' });
    }).toThrow('is read and not written: probity.safeguarding.entry-registered.v2 is');
  });

  it('lets a reader see that a fact was not recorded, and no writer record that', () => {
    const vulnerability = { degree: 'HIGH', basis: 'NOT_RECORDED' };
    const sealed = { ...REGISTERED.sealed, case: { ...REGISTERED.sealed.case, vulnerability } };
    const event = { ...REGISTERED, sealed };
    expect(() => {
      validateOpenedEvent(event);
    }).not.toThrow();
    expect(() => {
      validatePlainEvent(event);
    }).toThrow(/^case\/vulnerability\/basis/);
  });

  it('numbers the versions of each event from 1 without a gap, and writes the last', () => {
    const versions = new Map<string, number[]>();
    for (const { name, schemaVersion } of CATALOGUE.values())
      versions.set(name, [...(versions.get(name) ?? []), schemaVersion]);
    for (const [name, numbers] of versions) {
      expect(numbers).toEqual(numbers.map((_, place) => place + 1));
      expect(currentType(name)).toBe(`probity.${name}.v${String(numbers.length)}`);
      for (const number of numbers)
        expect(currentTypeOf(`probity.${name}.v${String(number)}`)).toBe(currentType(name));
    }
    expect(currentTypeOf('probity.matrix.unheard-of.v1')).toBe('probity.matrix.unheard-of.v1');
    expect(() => currentType('matrix.unheard-of')).toThrow(EventFormatError);
  });

  it('keeps skeletons free of anything about a person: who looks, borough, family of reason, hashes, counts and codes alone', () => {
    const members = [...CATALOGUE.values()].flatMap((definition) =>
      Object.keys(definition.skeleton['properties'] as object),
    );
    const allowed = [
      'action',
      'asAt',
      'basis',
      'borough',
      'cancelledBy',
      'codes',
      'command',
      'dekVersions',
      'destroyedAt',
      'events',
      'family',
      'fields',
      'fileHash',
      'generation',
      'groupsHash',
      'isIdentity',
      'legalBasis',
      'mapHash',
      'oldRecords',
      'openedBy',
      'operation',
      'organisation',
      'partition',
      'queryMac',
      'reasonFamily',
      'recipient',
      'restrictionId',
      'role',
      'rows',
      'session',
      'subjectCount',
      'topic',
    ];
    expect([...new Set(members)].sort()).toEqual(allowed);
  });
});
