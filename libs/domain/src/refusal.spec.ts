import { describe, expect, it } from '@jest/globals';
import { CODES, isCode, sortedCodes } from './codes.js';
import { accept, isRefusal, refuse } from './refusal.js';

describe('Refusals', () => {
  it('[R-11] name each reason once, sorted, with sentence, rule and remedy', () => {
    const refusal = refuse(['SCO-001', 'AGE-002', 'SCO-001']);
    expect(refusal.codes).toEqual(['AGE-002', 'SCO-001']);
    expect(refusal.reasons.map(({ code }) => code)).toEqual(['AGE-002', 'SCO-001']);
    expect(refusal.reasons[0]).toEqual({ code: 'AGE-002', ...CODES['AGE-002'] });
  });

  it('[R-11] are told from acceptances', () => {
    expect(isRefusal(refuse(['EVD-001']))).toBe(true);
    expect(isRefusal(accept([]))).toBe(false);
    expect(isRefusal('E09000002')).toBe(false);
    expect(isRefusal(null)).toBe(false);
  });
});

describe('The catalogue of codes', () => {
  it.each(Object.entries(CODES))('[R-11] %s has a sentence, a rule and a remedy', (code, entry) => {
    expect(code).toMatch(/^[A-Z]{3,4}-\d{3}$/);
    expect(entry.sentence).toMatch(/\.$/);
    expect(entry.remedy).toMatch(/\.$/);
    expect(entry.rule).not.toBe('');
  });

  it('knows its own codes and no others', () => {
    expect(isCode('EVD-003')).toBe(true);
    expect(isCode('EVD-999')).toBe(false);
    expect(isCode('toString')).toBe(false);
    expect(sortedCodes(['STM-001', 'AGE-001', 'STM-001'])).toEqual(['AGE-001', 'STM-001']);
  });
});
