import { BOROUGH_CODES } from '@probity/messaging';
import { SeededRandom, type ListDialect, type SyntheticListOptions } from '@probity/testing';

/** As at when every list is decided; the clock of a store may be later. */
export const AS_AT = '2026-11-01T09:00:00.000Z';

const DIALECTS: readonly ListDialect[] = ['plain', 'semicolon', 'tab', 'excel'];

/** The list of a borough: it depends on the borough alone, so that one clean import serves every seed. */
export function listOf(borough: string): SyntheticListOptions {
  const random = new SeededRandom(`soak list/${borough}`);
  const dialect = DIALECTS[BOROUGH_CODES.indexOf(borough) % DIALECTS.length] ?? 'plain';
  return { borough, rows: random.between(600, 1_500), seed: 17, dialect };
}
