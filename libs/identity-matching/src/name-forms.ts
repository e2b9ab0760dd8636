import { doubleMetaphone } from 'double-metaphone';

/** Shorter forms have too many neighbours that are other names. */
const LEAST_FOR_NEIGHBOURS = 4;
const LEAST_FOR_SOUND = 2;
/** Shorter parts are particles and prefixes that half a list may share. */
const LEAST_FOR_A_PART = 4;
const START = 3;

/**
 * The forms under which a name is looked for: without accents, case, hyphens and apostrophes; the whole, and each of its parts when
 * it has several, but for particles.
 *
 * @param name as somebody typed it
 * @returns forms of letters only, none twice; empty when the name has no letter
 */
export function nameForms(name: string): string[] {
  const parts = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/['’`\p{M}]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '');
  const whole = parts.join('');
  return whole === ''
    ? []
    : [...new Set([whole, ...parts.filter((part) => part.length >= LEAST_FOR_A_PART)])];
}

/**
 * A form and everything that is left of it when one letter is taken out. Two names of which one comes from the other by one letter
 * more, less or other, or by two neighbours changing places, have one of these in common (symmetric deletion).
 */
export function neighbours(form: string): string[] {
  const letters = [...form];
  if (letters.length < LEAST_FOR_NEIGHBOURS) return [form];
  return [...new Set([form, ...letters.map((_, at) => letters.toSpliced(at, 1).join(''))])];
}

/** How a form may sound: one or two codes (double metaphone), none for what has no sound in it. */
export function sounds(form: string): string[] {
  return [...new Set(doubleMetaphone(form))].filter((code) => code.length >= LEAST_FOR_SOUND);
}

/** How a form begins: short forms of a given name mostly keep it. `null` for what is as short itself. */
export function startOf(form: string): string | null {
  const letters = [...form];
  return letters.length > START ? letters.slice(0, START).join('') : null;
}
