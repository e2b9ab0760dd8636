import { describe, expect, it } from '@jest/globals';
import { callerFromSubject, requireBorough } from './caller.js';
import { allows } from './callers.decorator.js';

const NOBODY = { name: 'a', borough: null, organisation: 'central', session: null } as const;

describe('a caller', () => {
  it('that is a service is who the certificate says', () => {
    expect(callerFromSubject({ CN: 'vault', OU: 'service', O: 'central' })).toEqual({
      name: 'vault',
      role: 'service',
      borough: null,
      organisation: 'central',
      session: null,
    });
  });

  it('is nobody when a part is missing, repeated, misspelt or does not go with the role', () => {
    const subjects = [
      {},
      { CN: 'x', OU: 'borough-officer', O: 'E09000002' },
      { CN: 'x', OU: 'central-team', O: 'central' },
      { CN: 'x', OU: 'service', O: 'E09000002' },
      { CN: 'x', OU: 'administrator', O: 'central' },
      { CN: 'x', OU: ['service', 'operator'], O: 'central' },
      { CN: ['x', 'y'], OU: 'service', O: 'central' },
      { CN: 'a b', OU: 'service', O: 'central' },
      { OU: 'service', O: 'central' },
    ];
    for (const subject of subjects) expect(callerFromSubject(subject)).toBeNull();
  });

  it('passes a rule by role, and a rule for one service only as that service', () => {
    const vault = { ...NOBODY, name: 'vault', role: 'service' } as const;
    const impostor = { ...NOBODY, name: 'vault', role: 'central-team' } as const;
    expect(allows('service', vault)).toBe(true);
    expect(allows('service:vault', vault)).toBe(true);
    expect(allows('service:governance', vault)).toBe(false);
    expect(allows('service:vault', impostor)).toBe(false);
  });

  it("[R-85] of a borough may not touch another borough's list", () => {
    const officer = { ...NOBODY, role: 'borough-officer', borough: 'E09000002' } as const;
    expect(() => {
      requireBorough(officer, 'E09000002');
    }).not.toThrow();
    expect(() => {
      requireBorough(officer, 'E09000003');
    }).toThrow('ACC-002');
    expect(() => {
      requireBorough({ ...NOBODY, role: 'central-team' }, 'E09000003');
    }).not.toThrow();
  });
});
