import { describe, expect, it } from '@jest/globals';
import { callerFromSubject, requireBorough } from './caller.js';
import { allows } from './callers.decorator.js';

describe('a caller', () => {
  it('is who the certificate says: name, role, and for borough staff the borough', () => {
    expect(
      callerFromSubject({ CN: 'supervisor-E09000002', OU: 'borough-supervisor', O: 'E09000002' }),
    ).toEqual({
      name: 'supervisor-E09000002',
      role: 'borough-supervisor',
      borough: 'E09000002',
    });
    expect(callerFromSubject({ CN: 'vault', OU: 'service', O: 'central' })).toEqual({
      name: 'vault',
      role: 'service',
      borough: null,
    });
  });

  it('is nobody when a part is missing, repeated, misspelt or does not go with the role', () => {
    const subjects = [
      {},
      { CN: 'x', OU: 'borough-officer' },
      { CN: 'x', OU: 'borough-officer', O: 'central' },
      { CN: 'x', OU: 'central-team', O: 'E09000002' },
      { CN: 'x', OU: 'administrator', O: 'central' },
      { CN: 'x', OU: ['service', 'operator'], O: 'central' },
      { CN: ['x', 'y'], OU: 'service', O: 'central' },
      { CN: 'a b', OU: 'service', O: 'central' },
      { OU: 'service', O: 'central' },
    ];
    for (const subject of subjects) expect(callerFromSubject(subject)).toBeNull();
  });

  it('passes a rule by role, and a rule for one service only as that service', () => {
    const vault = { name: 'vault', role: 'service', borough: null } as const;
    const impostor = { name: 'vault', role: 'central-team', borough: null } as const;
    expect(allows('service', vault)).toBe(true);
    expect(allows('service:vault', vault)).toBe(true);
    expect(allows('service:governance', vault)).toBe(false);
    expect(allows('service:vault', impostor)).toBe(false);
  });

  it("[R-85] of a borough may not touch another borough's list", () => {
    const officer = { name: 'a', role: 'borough-officer', borough: 'E09000002' } as const;
    expect(() => {
      requireBorough(officer, 'E09000002');
    }).not.toThrow();
    expect(() => {
      requireBorough(officer, 'E09000003');
    }).toThrow('ACC-002');
    expect(() => {
      requireBorough({ name: 'c', role: 'central-team', borough: null }, 'E09000003');
    }).not.toThrow();
  });
});
