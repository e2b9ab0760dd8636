import { describe, expect, it } from '@jest/globals';
import { grade, item, today } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { classify } from './classify.js';
import { parseGrade } from './grade.js';

/** The published truth table: source down, information across; Y counts, n does not. Handling changes nothing. */
const COUNTS = {
  1: { A: 'Y', B: 'Y', C: 'Y', D: 'Y', E: 'n' },
  2: { A: 'Y', B: 'Y', C: 'Y', D: 'Y', E: 'n' },
  3: { A: 'n', B: 'n', C: 'n', D: 'n', E: 'n' },
} as const;

const TABLE = Object.entries(COUNTS).flatMap(([source, row]) =>
  Object.entries(row).flatMap(([information, counts]) =>
    ['P', 'C'].map((handling) => [`${source}${information} ${handling}`, counts === 'Y'] as const),
  ),
);

describe('Grades', () => {
  it('[R-14] the truth table has all thirty 3x5x2 grades', () => {
    expect(TABLE).toHaveLength(30);
  });

  it.each(TABLE)('[R-14] an item graded %s is counted: %p', (text, counts) => {
    const classification = classify(item({ kind: 'INTELLIGENCE_REPORT', grade: grade(text) }), today, model);
    expect(classification.counted).toBe(counts);
    expect(classification.codes).toEqual(counts ? [] : ['EVD-004']);
  });

  it.each(['A1/1', 'B2/4', 'E5/5'])(
    '[R-14] a historic item graded %s counts for nothing and has no code',
    (text) => {
      const classification = classify(
        item({ kind: 'INTELLIGENCE_REPORT', grade: grade(text) }),
        today,
        model,
      );
      expect(classification).toEqual({ counted: false, exclusions: ['HISTORIC_GRADE'], codes: [] });
    },
  );

  it('reads both ways of writing a grade', () => {
    expect(parseGrade('2C P')).toEqual({
      scheme: '3x5x2',
      source: 2,
      information: 'C',
      handling: 'P',
      conditions: [],
    });
    expect(parseGrade('B2/4')).toEqual({ scheme: '5x5x5', source: 'B', information: 2, handling: 4 });
  });

  it.each([
    '',
    '1A',
    '1AP',
    '1A  P',
    '4A P',
    '1F P',
    '1A X',
    '1a P',
    'F2/4',
    'B6/4',
    'B2/0',
    'B24',
    ' 1A P',
    '1A P ',
  ])('[R-14] %p is no grade', (text) => {
    expect(parseGrade(text)).toBeNull();
  });
});
