import { describe, expect, it } from '@jest/globals';
import { CommandError, EXIT } from '../exit-code.js';
import { boroughOf, outsideTheModel } from './borough.js';

function exitCodeOf(work: () => unknown): number {
  try {
    work();
  } catch (error) {
    if (error instanceof CommandError) return error.exitCode;
    throw error;
  }
  return EXIT.ok;
}

describe('whose list a file is', () => {
  it('the name of the file tells the borough', () => {
    expect(boroughOf('E09000012.csv', undefined)).toBe('E09000012');
  });

  it('--borough tells it for a file with another name', () => {
    expect(boroughOf('list.csv', 'E09000033')).toBe('E09000033');
  });

  it('a name that tells nothing is a usage error that says what to do', () => {
    expect(exitCodeOf(() => boroughOf('list.csv', undefined))).toBe(EXIT.usage);
    expect(() => boroughOf('list.csv', undefined)).toThrow(/--borough/);
  });

  it('a name and --borough that disagree are a usage error', () => {
    expect(exitCodeOf(() => boroughOf('E09000012.csv', 'E09000013'))).toBe(EXIT.usage);
  });

  it('--borough that is no GSS code is a usage error', () => {
    expect(exitCodeOf(() => boroughOf('list.csv', 'Hackney'))).toBe(EXIT.usage);
  });

  it('[R-10] the City of London is refused with SCH-004, for it has a police force of its own', () => {
    expect(() => boroughOf('E09000001.csv', undefined)).toThrow(/City of London.*\(SCH-004\)/);
    expect(exitCodeOf(() => boroughOf('E09000001.csv', undefined))).toBe(EXIT.refused);
  });

  it('exactly the 32 boroughs are inside the model', () => {
    const codes = Array.from({ length: 100 }, (_, index) => `E090000${String(index).padStart(2, '0')}`);
    const inside = codes.filter((code) => outsideTheModel(code) === null);
    expect(inside).toHaveLength(32);
    expect([inside[0], inside.at(-1)]).toEqual(['E09000002', 'E09000033']);
  });
});
