import { nameForms, neighbours, sounds, startOf } from './name-forms.js';
import type { NamePart, NameTrait } from './record-terms.js';
import { bornTerm, nameTerm } from './record-terms.js';

/** What is asked for: a name at least, and when the person was born. */
export interface NameQuestion {
  readonly familyName?: string;
  readonly givenName?: string;
  /** A whole date `YYYY-MM-DD`, or a year `YYYY`. */
  readonly born: string;
}

/** What it says of a record that it has a term. */
export type Clue =
  | {
      readonly about: 'family' | 'given';
      readonly how: NameTrait | 'crossed';
      readonly year: 'same' | 'beside';
    }
  | { readonly about: 'born'; readonly how: 'date' | 'turned' };

/** A term of a question, and its clue. In clear: never to be written anywhere. */
export interface AskedTerm {
  readonly term: string;
  readonly clue: Clue;
}

/**
 * Everything that a record may have of what is asked for: the names as they are, nearly so, by their sound, and each in the place of
 * the other; in the year of birth and the ones beside it; the date as it is, and with day and month in each other's place.
 */
export function questionTerms(question: NameQuestion): AskedTerm[] {
  const year = Number(question.born.slice(0, 4));
  return [
    ...[year, year - 1, year + 1].flatMap((asked) => {
      const beside = asked === year ? 'same' : 'beside';
      return [
        ...nameTerms('family', question.familyName, { year: asked, beside }),
        ...nameTerms('given', question.givenName, { year: asked, beside }),
      ];
    }),
    ...bornTerms(question.born),
  ];
}

function nameTerms(
  part: NamePart,
  name: string | undefined,
  { year, beside }: { year: number; beside: 'same' | 'beside' },
): AskedTerm[] {
  const other = part === 'family' ? 'given' : 'family';
  return nameForms(name ?? '').flatMap((form) => {
    const own = (trait: NameTrait, value: string): AskedTerm => ({
      term: nameTerm(part, trait, value, year),
      clue: { about: part, how: trait, year: beside },
    });
    const start = part === 'given' ? (startOf(form) ?? form) : null;
    return [
      own('form', form),
      ...neighbours(form).map((value) => own('near', value)),
      ...sounds(form).map((code) => own('sound', code)),
      ...(start === null ? [] : [own('start', start)]),
      {
        term: nameTerm(other, 'form', form, year),
        clue: { about: part, how: 'crossed', year: beside } as const,
      },
    ];
  });
}

function bornTerms(born: string): AskedTerm[] {
  const [year = '', month = '', day = ''] = born.split('-');
  if (day === '') return [];
  const asked: AskedTerm[] = [{ term: bornTerm(born), clue: { about: 'born', how: 'date' } }];
  if (Number(day) <= 12 && day !== month)
    asked.push({ term: bornTerm(`${year}-${day}-${month}`), clue: { about: 'born', how: 'turned' } });
  return asked;
}
