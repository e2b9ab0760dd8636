import type { NamedPerson } from '@probity/identity-matching';
import { SeededRandom } from '@probity/testing';

const ONSETS = [
  'B',
  'Br',
  'D',
  'F',
  'G',
  'Gr',
  'H',
  'K',
  'L',
  'M',
  'N',
  'P',
  'Qu',
  'R',
  'S',
  'St',
  'T',
  'Tr',
  'V',
  'W',
  'Z',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ae', 'ea', 'ou', 'y'];
const MIDDLES = ['l', 'll', 'm', 'n', 'nd', 'r', 'rv', 's', 'st', 't', 'tt', 'v', 'ph', 'ck', 'sh', 'nt'];
const ENDS = ['a', 'an', 'el', 'en', 'er', 'in', 'is', 'o', 'on', 'ow', 'son', 'ton', 'wick', 'ley'];
/** As many as share a list of some thousands: a common name is had by dozens. */
const FAMILY_NAMES = 2_500;
const GIVEN_NAMES = 500;

/** Made-up people of 13 to 45 years, most of them 16 to 24; some names are common, most are rare. */
export class MadeUpPeople {
  readonly #random: SeededRandom;
  readonly #families: readonly string[];
  readonly #givens: readonly string[];

  constructor(seed: string) {
    this.#random = new SeededRandom(seed);
    this.#families = this.#names(FAMILY_NAMES, 2);
    this.#givens = this.#names(GIVEN_NAMES, 1);
  }

  next(): NamedPerson {
    return {
      familyName: this.#common(this.#families),
      givenName: this.#common(this.#givens),
      dateOfBirth: this.#birth(),
    };
  }

  #names(count: number, middles: number): string[] {
    const names = new Set<string>();
    while (names.size < count) {
      let name = this.#random.pick(ONSETS) + this.#random.pick(VOWELS);
      for (let at = this.#random.between(0, middles); at > 0; at -= 1)
        name += this.#random.pick(MIDDLES) + this.#random.pick(VOWELS);
      names.add(name + this.#random.pick(MIDDLES) + this.#random.pick(ENDS));
    }
    return [...names];
  }

  /** The earlier in the list, the more common. */
  #common(names: readonly string[]): string {
    return names[Math.floor(this.#random.next() ** 2 * names.length)] ?? '';
  }

  #birth(): string {
    const isYoung = this.#random.next() < 0.7;
    const year = 2026 - (isYoung ? this.#random.between(16, 24) : this.#random.between(13, 45));
    const [month, day] = [this.#random.between(1, 12), this.#random.between(1, 28)];
    return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }
}
