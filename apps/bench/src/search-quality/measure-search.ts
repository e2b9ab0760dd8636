import { agreementOf, questionTerms, recordTerms } from '@probity/identity-matching';
import type { Agreement, NamedPerson, NameQuestion } from '@probity/identity-matching';
import { SeededRandom } from '@probity/testing';
import { MadeUpPeople } from './made-up-people.js';
import { SLIPS } from './slips.js';
import type { Slip } from './slips.js';

/** How much is measured. */
export interface QualitySizes {
  /** People on the list. */
  readonly listed: number;
  /** Questions of each kind. */
  readonly questions: number;
  /** Records that an answer shows. */
  readonly shown: number;
}

/** What came of the questions of one kind. */
export interface SlipQuality {
  readonly what: string;
  /** Share of the questions whose answer has the person who is meant. */
  readonly recall: number;
  /** The same, with the agreement `strong`. */
  readonly strongRecall: number;
  /** Other people in an answer, on average, by agreement. */
  readonly others: Readonly<Record<Agreement, number>>;
}

/** What a list of made-up people answers to questions with slips, and to questions for people who are not on it. */
export interface SearchQuality {
  readonly seed: string;
  readonly slips: readonly SlipQuality[];
  readonly strangers: SlipQuality;
}

/** Terms stand for their tokens: a keyed hash keeps equal what is equal and nothing else. */
class TermIndex {
  readonly #records = new Map<string, number[]>();

  constructor(people: readonly NamedPerson[]) {
    for (const [place, person] of people.entries())
      for (const term of recordTerms(person)) {
        const known = this.#records.get(term);
        if (known === undefined) this.#records.set(term, [place]);
        else known.push(place);
      }
  }

  /** Records that agree, the best first. */
  find(question: NameQuestion, most: number): { place: number; agreement: Agreement }[] {
    const clues = new Map<number, Parameters<typeof agreementOf>[1][number][]>();
    for (const { term, clue } of questionTerms(question))
      for (const place of this.#records.get(term) ?? []) {
        const known = clues.get(place);
        if (known === undefined) clues.set(place, [clue]);
        else known.push(clue);
      }
    return [...clues]
      .flatMap(([place, had]) => {
        const agreeing = agreementOf(question, had);
        return agreeing === null ? [] : [{ place, ...agreeing }];
      })
      .sort((one, other) => other.score - one.score || one.place - other.place)
      .slice(0, most);
  }
}

/** Measures a list that a seed makes. */
export function measureSearch(seed: string, sizes: QualitySizes): SearchQuality {
  const world = new MadeUpPeople(`people/${seed}`);
  const people = Array.from({ length: sizes.listed }, () => world.next());
  const index = new TermIndex(people);
  const random = new SeededRandom(`questions/${seed}`);
  const ofSlip = (slip: Slip): SlipQuality =>
    qualityOf(slip.what, index, sizes, () => {
      const place = random.between(0, people.length - 1);
      return { place, question: slip.ask(people[place] as NamedPerson, random) };
    });
  const asIs = SLIPS[0] as Slip;
  const strangers = qualityOf('somebody who is not on the list', index, sizes, () => ({
    place: -1,
    question: asIs.ask(world.next(), random),
  }));
  return { seed, slips: SLIPS.map(ofSlip), strangers };
}

function qualityOf(
  what: string,
  index: TermIndex,
  { questions, shown }: QualitySizes,
  next: () => { place: number; question: NameQuestion },
): SlipQuality {
  let [found, strong] = [0, 0];
  const others = { strong: 0, likely: 0, possible: 0 };
  for (let number = 0; number < questions; number += 1) {
    const { place, question } = next();
    for (const answer of index.find(question, shown)) {
      if (answer.place !== place) others[answer.agreement] += 1;
      else found += 1;
      if (answer.place === place && answer.agreement === 'strong') strong += 1;
    }
  }
  const share = (count: number): number => count / questions;
  return {
    what,
    recall: share(found),
    strongRecall: share(strong),
    others: { strong: share(others.strong), likely: share(others.likely), possible: share(others.possible) },
  };
}
