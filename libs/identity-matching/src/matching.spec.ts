import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { agreementOf, questionTerms, recordTerms, Tokeniser, TOKEN_BYTES } from './index.js';
import type { NamedPerson, NameQuestion } from './index.js';
import { nameForms, neighbours, sounds, startOf } from './name-forms.js';

const ARDEL: NamedPerson = { familyName: 'SYN-Ardelwick', givenName: 'Moralia', dateOfBirth: '2004-03-09' };
const key = new Tokeniser(Buffer.alloc(32, 7));

/** What is found of one person by a question, through tokens alone. */
function found(question: NameQuestion, person = ARDEL): ReturnType<typeof agreementOf> {
  const stored = new Set(recordTerms(person).map((term) => key.tokenOf(term).toString('hex')));
  const clues = questionTerms(question).flatMap(({ term, clue }) =>
    stored.has(key.tokenOf(term).toString('hex')) ? [clue] : [],
  );
  return clues.length === 0 ? null : agreementOf(question, clues);
}
const asked = (change: Partial<NameQuestion>): NameQuestion => ({
  ...{ familyName: 'SYN-Ardelwick', givenName: 'Moralia', born: '2004-03-09' },
  ...change,
});

describe('the forms of a name', () => {
  it.each([
    ["O'Bríen", ['obrien']],
    ['  Ard-El  WICK ', ['ardelwick', 'wick']],
    ['Zoë', ['zoe']],
    ['’-—', []],
  ])('of %p are %j', (name, forms) => {
    expect(nameForms(name)).toEqual(forms);
  });

  it('of one slip away have a neighbour in common', () => {
    const word = fc.stringMatching(/^[a-z]{5,12}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('a', 'q', 'z'), fc.nat(3), (name, where, letter, slip) => {
        const at = where % name.length;
        const typed = [
          name.slice(0, at) + name.slice(at + 1),
          name.slice(0, at) + letter + name.slice(at),
          name.slice(0, at) + letter + name.slice(at + 1),
          name.slice(0, at) +
            name
              .slice(at, at + 2)
              .split('')
              .reverse()
              .join('') +
            name.slice(at + 2),
        ][slip] as string;
        const own = new Set(neighbours(name));
        expect(neighbours(typed).some((form) => own.has(form))).toBe(true);
      }),
    );
  });

  it('that are short have none but themselves, and no beginning', () => {
    expect(neighbours('bo')).toEqual(['bo']);
    expect(startOf('bob')).toBeNull();
  });

  it('that are written otherwise may sound the same', () => {
    expect(sounds('phylis')).toEqual(sounds('filis'));
    expect(sounds('a')).toEqual([]);
  });
});

describe('a question by name and birth', () => {
  it.each([
    ['as it stands', {}, 'strong'],
    ['in other letters', { familyName: 'syn ardelwick', givenName: 'MORALIA' }, 'strong'],
    ['with a slip in the family name', { familyName: 'SYN-Ardlewick' }, 'strong'],
    ['with a slip in both names', { familyName: 'Ardelwik', givenName: 'Morrlia' }, 'likely'],
    ['with day and month changed over', { born: '2004-09-03' }, 'strong'],
    ['with another day', { born: '2004-03-19' }, 'likely'],
    ['with the year alone', { born: '2004' }, 'strong'],
    ['by a short form', { givenName: 'Mor' }, 'likely'],
    ['with the names in each other’s place', { familyName: 'Moralia', givenName: 'Ardelwick' }, 'likely'],
    ['with the family name alone', { givenName: undefined }, 'strong'],
    ['under another family name', { familyName: 'Tolverin' }, 'possible'],
    ['one year off', { born: '2005-03-09' }, 'likely'],
  ])('%s finds the person: %j is %s', (_, change, agreement) => {
    const { givenName, ...rest } = asked(change as Partial<NameQuestion>);
    expect(found(givenName === undefined ? rest : { ...rest, givenName })?.agreement).toBe(agreement);
  });

  it.each([
    ['another name', { familyName: 'Tolverin', givenName: 'Bastina' }],
    ['another family name and day', { familyName: 'Tolverin', born: '2004-03-19' }],
    ['another family name and year', { familyName: 'Tolverin', born: '2003-03-09' }],
    ['another given name and day', { givenName: 'Bastina', born: '2004-11-30' }],
    ['a particle alone', { familyName: 'SYN-Tolverin', givenName: 'Bastina' }],
    ['two years off', { born: '2006-03-09' }],
    ['the same birthday alone', { familyName: 'Tolverin', givenName: 'Bastina', born: '2004-03-09' }],
  ])('with %s finds nobody', (_, change) => {
    expect(found(asked(change))).toBeNull();
  });

  it('says in words what agrees', () => {
    expect(found(asked({ familyName: 'SYN-Ardlewick', born: '2004-09-03' }))?.agreed).toEqual([
      'family name, nearly',
      'given name',
      'date of birth, day and month changed over',
    ]);
  });
});

describe('a token', () => {
  it('is short, of one pepper, and the same every time', () => {
    const token = key.tokenOf('family|form|ardelwick|2004');
    expect(token).toHaveLength(TOKEN_BYTES);
    expect(key.tokenOf('family|form|ardelwick|2004')).toEqual(token);
    expect(new Tokeniser(Buffer.alloc(32, 8)).tokenOf('family|form|ardelwick|2004')).not.toEqual(token);
  });
});
