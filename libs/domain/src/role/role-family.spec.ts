import { describe, expect, it } from '@jest/globals';
import { outcomeOf } from '../spec-support/scenario.js';
import { isRefusal } from '../refusal.js';
import { roleFamilyOf } from './role-family.js';
import { roleLabelOf, ROLES } from './roles.js';

const refusalOf = (personType: string) => {
  const family = roleFamilyOf(personType);
  return outcomeOf(isRefusal(family) ? family : { accepted: true, events: [], waitingFor: [], items: [] });
};

describe('Roles', () => {
  it('[R-02][ICO-1] lead offenders and victims to different lists', () => {
    expect(roleFamilyOf('Nominal')).toEqual({ family: 'harm' });
    expect(roleFamilyOf('Victim')).toEqual({ family: 'safeguarding', role: 'VICTIM' });
    expect(roleFamilyOf('At risk')).toEqual({ family: 'safeguarding', role: 'AT_RISK' });
  });

  it('[R-05][ICO-3] leave associates and witnesses out', () => {
    refusalOf('Associate').thenRefuses('ROLE-004');
    refusalOf('Witness').thenRefuses('ROLE-003');
  });

  it.each(['', '?', 'TBC', 'nominal', ' Nominal', 'Nominal ', 'VICTIM', 'constructor'])(
    '[R-01] %p is no role: words are compared letter for letter',
    (personType) => {
      refusalOf(personType).thenRefuses('ROLE-001');
    },
  );

  it('[R-06][ICO-1] are always said in words, with the conviction status', () => {
    expect(ROLES.map(roleLabelOf)).toEqual([
      'Suspected — not convicted',
      'Convicted',
      'Victim',
      'At risk of becoming a victim',
    ]);
  });
});
