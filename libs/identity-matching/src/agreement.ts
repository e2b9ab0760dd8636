import type { Clue, NameQuestion } from './question-terms.js';

/** How well a record agrees with a question, in words. */
export type Agreement = 'strong' | 'likely' | 'possible';

/** What agrees, and how. */
export type AgreedPart =
  | 'family name'
  | 'family name, nearly'
  | 'family name, by its sound'
  | 'family name, in the place of the given name'
  | 'given name'
  | 'given name, nearly'
  | 'given name, by its sound'
  | 'given name, by its beginning'
  | 'given name, in the place of the family name'
  | 'date of birth'
  | 'date of birth, day and month changed over'
  | 'year of birth'
  | 'year of birth, one off';

/** This project's own defaults; docs/reference/search-quality.md says what they find and what they mistake. */
const NAME_VALUE = { form: 1, near: 0.85, crossed: 0.75, sound: 0.7, start: 0.6 } as const;
const NAME_WORDS = {
  family: {
    form: 'family name',
    near: 'family name, nearly',
    sound: 'family name, by its sound',
    start: 'family name, nearly',
    crossed: 'family name, in the place of the given name',
  },
  given: {
    form: 'given name',
    near: 'given name, nearly',
    sound: 'given name, by its sound',
    start: 'given name, by its beginning',
    crossed: 'given name, in the place of the family name',
  },
} as const satisfies Record<'family' | 'given', Record<keyof typeof NAME_VALUE, AgreedPart>>;
const BORN_VALUE = { date: 1, turned: 0.85, same: 0.6, beside: 0.4 } as const;
const WEIGHT = { family: 0.4, given: 0.3, born: 0.3 } as const;
const LEVELS: readonly (readonly [Agreement, least: number])[] = [
  ['strong', 0.9],
  ['likely', 0.78],
  ['possible', 0.59],
];

/** A record that agrees well enough to be shown. */
export interface Agreeing {
  readonly agreement: Agreement;
  /** 0 to 1. */
  readonly score: number;
  readonly agreed: readonly AgreedPart[];
}

interface Part {
  readonly weight: number;
  readonly value: number;
  readonly words: AgreedPart | null;
}

/**
 * Judges a record by which terms of the question it has; nothing else is known of it.
 *
 * @returns null when it does not agree well enough to be shown
 */
export function agreementOf(question: NameQuestion, clues: readonly Clue[]): Agreeing | null {
  const parts = [
    ...(question.familyName === undefined ? [] : [namePart('family', clues)]),
    ...(question.givenName === undefined ? [] : [namePart('given', clues)]),
    bornPart(question, clues),
  ];
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const score = parts.reduce((sum, part) => sum + part.weight * part.value, 0) / weight;
  const [agreement] = LEVELS.find(([, least]) => score >= least) ?? [];
  if (agreement === undefined) return null;
  return { agreement, score, agreed: parts.flatMap(({ words }) => words ?? []) };
}

function namePart(about: 'family' | 'given', clues: readonly Clue[]): Part {
  let best: Part = { weight: WEIGHT[about], value: 0, words: null };
  for (const clue of clues) {
    if (clue.about !== about || NAME_VALUE[clue.how] <= best.value) continue;
    best = { ...best, value: NAME_VALUE[clue.how], words: NAME_WORDS[about][clue.how] };
  }
  return best;
}

/** Every name comes with its year, so that a clue about a name is one about the year of birth too. */
function bornPart({ born }: NameQuestion, clues: readonly Clue[]): Part {
  const weight = WEIGHT.born;
  const isYearAlone = born.length === 4;
  const dated = clues.flatMap((clue) => (clue.about === 'born' ? [clue.how] : []));
  if (dated.includes('date')) return { weight, value: BORN_VALUE.date, words: 'date of birth' };
  if (dated.includes('turned'))
    return { weight, value: BORN_VALUE.turned, words: 'date of birth, day and month changed over' };
  const isSame = clues.some((clue) => clue.about !== 'born' && clue.year === 'same');
  // A year that is all that was asked for agrees as far as it can, and that is less than a date does.
  if (isSame)
    return { weight, value: isYearAlone ? BORN_VALUE.turned : BORN_VALUE.same, words: 'year of birth' };
  return { weight, value: BORN_VALUE.beside, words: 'year of birth, one off' };
}
