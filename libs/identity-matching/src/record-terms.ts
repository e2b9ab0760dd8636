import { nameForms, neighbours, sounds, startOf } from './name-forms.js';

/** What of an identity people are found by. */
export interface NamedPerson {
  readonly familyName: string;
  readonly givenName: string;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string;
}

/** Which name a term is of. */
export type NamePart = 'family' | 'given';

/** What a term keeps of a name. */
export type NameTrait = 'form' | 'near' | 'sound' | 'start';

/**
 * Everything that one person is found by. Each name goes together with the year of birth: a question names it too, and so equal
 * tokens of two records do not tell how common a name is. In clear: never to be written anywhere.
 */
export function recordTerms({ familyName, givenName, dateOfBirth }: NamedPerson): string[] {
  const year = Number(dateOfBirth.slice(0, 4));
  return [
    ...new Set([
      ...termsOfName('family', familyName, year),
      ...termsOfName('given', givenName, year),
      bornTerm(dateOfBirth),
    ]),
  ];
}

/** The term of a date of birth. */
export function bornTerm(date: string): string {
  return `born|${date}`;
}

/** The term of one trait of a name, with a year of birth. */
export function nameTerm(part: NamePart, trait: NameTrait, value: string, year: number): string {
  return `${part}|${trait}|${value}|${String(year)}`;
}

function termsOfName(part: NamePart, name: string, year: number): string[] {
  return nameForms(name).flatMap((form) => {
    const start = startOf(form);
    return [
      nameTerm(part, 'form', form, year),
      ...neighbours(form).map((value) => nameTerm(part, 'near', value, year)),
      ...sounds(form).map((code) => nameTerm(part, 'sound', code, year)),
      ...(start === null ? [] : [nameTerm(part, 'start', start, year)]),
    ];
  });
}
