import type { Brand } from './brand.js';
import { refuse } from './refusal.js';
import type { Refusal } from './refusal.js';

/** GSS code of one of the 32 London boroughs of the Metropolitan Police area. */
export type BoroughCode = Brand<string, 'BoroughCode'>;

const FIRST = 2;
const LAST = 33;

/** The 32 boroughs, E09000002 to E09000033. E09000001, the City of London, has a police force of its own. */
export const BOROUGH_CODES: readonly BoroughCode[] = Array.from(
  { length: LAST - FIRST + 1 },
  (_, index) => `E090000${String(index + FIRST).padStart(2, '0')}` as BoroughCode,
);

const known: ReadonlySet<string> = new Set(BOROUGH_CODES);

/** Whether the text is one of the 32 codes. */
export function isBoroughCode(text: string): text is BoroughCode {
  return known.has(text);
}

/** GSS code of the City of London. */
const CITY_OF_LONDON = 'E09000001';

/** Why a place has no list in this model, as a sentence goes on that begins with the place. */
export function whyOutside(code: string): string {
  return code === CITY_OF_LONDON
    ? 'is the City of London, which has a police force of its own'
    : 'is not one of the 32 boroughs';
}

/** The text as a borough code. Refuses with SCH-004 for the City of London and for any place outside the model. */
export function parseBoroughCode(text: string): BoroughCode | Refusal {
  return isBoroughCode(text) ? text : refuse(['SCH-004']);
}
