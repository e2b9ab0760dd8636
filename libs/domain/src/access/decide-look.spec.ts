import { describe, expect, it } from '@jest/globals';
import { isRefusal } from '../refusal.js';
import { decideLogUse, decideLook } from './decide-look.js';
import type { ListFamily, Look, Looker } from './decide-look.js';
import { LOG_PURPOSES, LOOK_PURPOSES, REFUSED_PURPOSES } from './purposes.js';

const HACKNEY = 'E09000012';
const OFFICER: Looker = { role: 'borough-officer', borough: HACKNEY };
const LEAD: Looker = { role: 'safeguarding-lead', borough: null };
const CENTRAL: Looker = { role: 'central-team', borough: null };
const TASKING: Look = { family: 'matrix', borough: null, purpose: 'VIOLENCE_REDUCTION_TASKING' };

const codesOf = (look: Look, looker: Looker): readonly string[] => {
  const answer = decideLook(look, looker);
  return isRefusal(answer) ? answer.codes : [];
};

describe('a look at a list', () => {
  it('[R-85] shows borough people their own borough, also when they name none', () => {
    expect(decideLook(TASKING, OFFICER)).toMatchObject({ granted: true, borough: HACKNEY });
    expect(decideLook({ ...TASKING, borough: HACKNEY }, OFFICER)).toMatchObject({ borough: HACKNEY });
    expect(codesOf({ ...TASKING, borough: 'E09000013' }, OFFICER)).toEqual(['ACC-002']);
    expect(decideLook({ ...TASKING, borough: 'E09000013' }, CENTRAL)).toMatchObject({ borough: 'E09000013' });
    expect(decideLook(TASKING, CENTRAL)).toMatchObject({ borough: null });
  });

  it('[R-07] of one list is closed to everybody of the other', () => {
    expect(codesOf({ ...TASKING, family: 'safeguarding' }, OFFICER)).toEqual(['ACC-003']);
    expect(codesOf({ ...TASKING, purpose: 'SAFEGUARD_CHILD' }, LEAD)).toEqual(['ACC-003']);
    expect(codesOf({ ...TASKING, family: 'safeguarding' }, CENTRAL)).toEqual(['ACC-003']);
  });

  it('has no purpose in common with the other list but a threat to life, a request of the person and an audit', () => {
    const purposesOf = (family: ListFamily): string[] =>
      LOOK_PURPOSES.filter((purpose) =>
        ['borough-supervisor', 'central-team', 'safeguarding-lead', 'child-authority', 'auditor'].some(
          (role) => codesOf({ family, borough: null, purpose }, { role, borough: null }).length === 0,
        ),
      );
    const both = purposesOf('matrix').filter((purpose) => purposesOf('safeguarding').includes(purpose));
    expect(both).toEqual(['THREAT_TO_LIFE', 'AUDIT']);
  });

  it.each(REFUSED_PURPOSES)('is never taken for %s (DPA 2018 s.36(4))', (purpose) => {
    for (const looker of [OFFICER, LEAD, CENTRAL])
      expect(codesOf({ ...TASKING, purpose }, looker)).toEqual(['PUR-002']);
  });

  it('needs a purpose that exists and that the role may have', () => {
    expect(codesOf({ ...TASKING, purpose: 'CURIOSITY' }, CENTRAL)).toEqual(['PUR-001']);
    expect(codesOf({ ...TASKING, purpose: '' }, CENTRAL)).toEqual(['PUR-001']);
    expect(codesOf({ ...TASKING, purpose: 'RIGHTS_REQUEST' }, OFFICER)).toEqual(['PUR-003']);
  });

  it.each([
    'partner-user',
    'partner-administrator',
    'equality-analyst',
    'operator',
    'service',
    'constructor',
  ])('is not for a %s', (role) => {
    for (const family of ['matrix', 'safeguarding'] as const)
      for (const purpose of LOOK_PURPOSES)
        expect(codesOf({ family, borough: null, purpose }, { role, borough: null })).toEqual(['ACC-003']);
  });
});

describe('[R-82] the log of looks', () => {
  it('is read for what the law names, by those who oversee', () => {
    for (const purpose of LOG_PURPOSES)
      expect(decideLogUse(purpose, { role: 'data-protection-officer', borough: null })).toMatchObject({
        purpose,
      });
    expect(decideLogUse('LAWFULNESS', { role: 'auditor', borough: null })).toMatchObject({ granted: true });
  });

  it.each([
    ['PERFORMANCE', 'auditor', 'PUR-004'],
    ['OFFENDER_MANAGEMENT', 'auditor', 'PUR-004'],
    ['IMMIGRATION', 'data-protection-officer', 'PUR-004'],
    ['CURIOSITY', 'auditor', 'PUR-001'],
    ['DISCIPLINE', 'auditor', 'PUR-003'],
    ['LAWFULNESS', 'central-team', 'PUR-003'],
    ['LAWFULNESS', 'borough-supervisor', 'PUR-003'],
  ])('is not read for %s by a %s (%s)', (purpose, role, code) => {
    const answer = decideLogUse(purpose, { role, borough: null });
    expect(isRefusal(answer) && answer.codes).toEqual([code]);
  });
});
