import { describe, expect, it } from '@jest/globals';
import { model, modelData } from '../spec-support/model.js';
import { loadOperatingModel, OperatingModelError } from './load-operating-model.js';
import { CLOCK_NAMES } from './operating-model.js';

type Data = ReturnType<typeof modelData>;

const problemsOf = (change: (data: Data) => void, hash = 'hash') => {
  const data = modelData();
  change(data);
  try {
    loadOperatingModel(JSON.stringify(data), hash);
  } catch (error) {
    if (error instanceof OperatingModelError) return error;
    throw error;
  }
  throw new Error('the model was accepted');
};
const part = (data: Data, ...path: string[]): Record<string, unknown> =>
  path.reduce<Record<string, unknown>>((value, field) => value[field] as Record<string, unknown>, data);

describe('The operating model', () => {
  it('[R-10][ICO-2] carries the hash of its text as policy version and cannot be changed once loaded', () => {
    expect(model.policyVersion).toBe('hash-of-the-model-text');
    expect(() => {
      (model.bands as { RED: number }).RED = 1;
    }).toThrow(TypeError);
  });

  it.each(CLOCK_NAMES)('[R-33][ICO-3] cannot be used without the period %s', (name) => {
    const refused = problemsOf((data) => {
      delete part(data, 'clocks')[name];
    });
    expect(refused.codes).toEqual(['GOV-004']);
    expect(refused.problems).toEqual([{ code: 'GOV-004', path: `clocks.${name}`, message: 'is missing' }]);
  });

  it('[R-33] needs every period for adults and for people under 18, and longer than nothing', () => {
    const refused = problemsOf((data) => {
      delete part(data, 'clocks', 'removedToErased').under18;
      part(data, 'clocks', 'rejectedToErased').adult = 0;
    });
    expect(refused.codes).toEqual(['GOV-004']);
    expect(refused.problems.map(({ path }) => path)).toEqual([
      'clocks.removedToErased.under18',
      'clocks.rejectedToErased.adult',
    ]);
  });

  it('[R-33] needs a shelf life for every kind that is kept', () => {
    const refused = problemsOf((data) => {
      part(data, 'kinds', 'CONVICTION').shelfLifeMonths = null;
    });
    expect(refused.codes).toEqual(['GOV-004']);
  });

  it('[R-19] is closed: an unknown field is refused at any depth', () => {
    const refused = problemsOf((data) => {
      part(data, 'kinds', 'CONVICTION').bonus = 1;
      part(data).override = {};
    });
    expect(refused.codes).toEqual(['SCH-002']);
    expect(refused.problems.map(({ path }) => path)).toEqual(['override', 'kinds.CONVICTION.bonus']);
  });

  it('[R-10] names every problem at once', () => {
    const refused = problemsOf((data) => {
      part(data, 'matters').GBH = 'ten';
      part(data, 'bands').AMBER = 30;
      part(data).ruleset = 2;
      delete part(data, 'group').auditMonths;
    });
    expect(refused.problems.map(({ path }) => path)).toEqual(['ruleset', 'matters.GBH', 'group.auditMonths']);
  });

  it.each<[string, (data: Data) => void]>([
    ['AMBER above RED', (data) => (part(data, 'bands').AMBER = 30)],
    [
      'recency that does not rise',
      (data) =>
        (part(data).recency = [
          { beforeMonths: 6, factor: 1 },
          { beforeMonths: 6, factor: 0 },
        ] as never),
    ],
    ['a never kind without its code', (data) => (part(data, 'kinds', 'FAMILY').neverCode = null)],
    [
      'a kind that both qualifies and never does',
      (data) => (part(data, 'kinds', 'FAMILY').mayQualify = true),
    ],
    ['a list that is none', (data) => (part(data, 'police').organisations = 'MPS')],
    ['an object that is none', (data) => (part(data).group = 36 as never)],
    ['a blank name', (data) => (part(data).version = ' ' as never)],
    ['a flag that is none', (data) => (part(data).redNeedsFact = 'yes' as never)],
    ['two D grades', (data) => (part(data, 'sufficiency').limitedMaximum = 2)],
  ])('[R-10] refuses %s', (_what, change) => {
    expect(problemsOf(change).codes).toEqual(['SCH-003']);
  });

  it('[R-10] is JSON, with the hash of its text', () => {
    expect(() => loadOperatingModel('{', 'hash')).toThrow(OperatingModelError);
    expect(() => loadOperatingModel('[]', 'hash')).toThrow('must be an object');
    expect(problemsOf(() => undefined, ' ').problems).toMatchObject([{ path: 'hash' }]);
  });
});
