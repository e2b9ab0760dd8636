import type { NamedPerson, NameQuestion } from '@probity/identity-matching';
import type { SeededRandom } from '@probity/testing';

/** A way in which a question differs from what stands on the list. */
export interface Slip {
  readonly what: string;
  ask(person: NamedPerson, random: SeededRandom): NameQuestion;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const ACCENTS: Readonly<Record<string, string>> = { a: 'á', e: 'é', i: 'ï', o: 'ö', u: 'ü' };
type Change = (name: string, random: SeededRandom) => string;

const asIs = ({ familyName, givenName, dateOfBirth }: NamedPerson): NameQuestion => ({
  ...{ familyName, givenName },
  born: dateOfBirth,
});
const inFamily =
  (change: Change): Slip['ask'] =>
  (person, random) => ({ ...asIs(person), familyName: change(person.familyName, random) });
const inGiven =
  (change: Change): Slip['ask'] =>
  (person, random) => ({ ...asIs(person), givenName: change(person.givenName, random) });
const born =
  (change: (date: string, random: SeededRandom) => string): Slip['ask'] =>
  (person, random) => ({ ...asIs(person), born: change(person.dateOfBirth, random) });

const omitted: Change = (name, random) => {
  const at = random.between(1, name.length - 1);
  return name.slice(0, at) + name.slice(at + 1);
};
const added: Change = (name, random) => {
  const at = random.between(1, name.length);
  return name.slice(0, at) + random.pick(LETTERS) + name.slice(at);
};
const mistyped: Change = (name, random) => {
  const at = random.between(1, name.length - 1);
  return name.slice(0, at) + random.pick(LETTERS) + name.slice(at + 1);
};
const transposed: Change = (name, random) => {
  const at = random.between(1, name.length - 2);
  return name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2);
};
const byEar: Change = (name) =>
  name.replaceAll('ph', 'f').replaceAll('ck', 'k').replaceAll('ea', 'ee').replaceAll(/(.)\1/g, '$1');
const accented: Change = (name) => name.replaceAll(/[aeiou]/g, (letter) => ACCENTS[letter] ?? letter);
const dayAndMonth = (date: string): string => `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

/** Every way that is measured. */
export const SLIPS: readonly Slip[] = [
  { what: 'none', ask: asIs },
  { what: 'family name: a letter left out', ask: inFamily(omitted) },
  { what: 'family name: a letter too many', ask: inFamily(added) },
  { what: 'family name: another letter', ask: inFamily(mistyped) },
  { what: 'family name: two letters transposed', ask: inFamily(transposed) },
  {
    what: 'family name: two slips',
    ask: inFamily((name, random) => mistyped(omitted(name, random), random)),
  },
  { what: 'family name: as it sounds', ask: inFamily(byEar) },
  { what: 'family name: with accents', ask: inFamily(accented) },
  { what: 'family name: double-barrelled', ask: inFamily((name) => `Hallow-${name}`) },
  { what: 'given name: another letter', ask: inGiven(mistyped) },
  { what: 'given name: a short form', ask: inGiven((name) => name.slice(0, 3)) },
  { what: 'given name: an alias, wholly other', ask: inGiven(() => 'Zzyxo') },
  {
    what: 'both names: a letter each',
    ask: (person, random) => ({
      ...asIs(person),
      familyName: mistyped(person.familyName, random),
      givenName: omitted(person.givenName, random),
    }),
  },
  {
    what: 'names in each other’s place',
    ask: (person) => ({ ...asIs(person), familyName: person.givenName, givenName: person.familyName }),
  },
  {
    what: 'birth: day and month changed over, where both are months',
    ask: born((date) => (Number(date.slice(8)) <= 12 ? dayAndMonth(date) : date)),
  },
  {
    what: 'birth: another day',
    ask: born((date, random) => `${date.slice(0, 8)}${String(random.between(10, 28))}`),
  },
  {
    what: 'birth: a year off',
    ask: born((date) => `${String(Number(date.slice(0, 4)) + 1)}${date.slice(4)}`),
  },
  { what: 'birth: the year alone', ask: born((date) => date.slice(0, 4)) },
  {
    what: 'family name and year alone',
    ask: ({ familyName, dateOfBirth }) => ({ familyName, born: dateOfBirth.slice(0, 4) }),
  },
];
