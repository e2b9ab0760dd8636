import type { ListCase } from './list-cases.js';
import type { ListFields } from './list-dialect.js';
import type { SeededRandom } from './seeded-random.js';

// Composed so that no list of real names can hold the result.
const SYLLABLES = [
  'vek',
  'tav',
  'hol',
  'mir',
  'zul',
  'kor',
  'pel',
  'dar',
  'jin',
  'wen',
  'sol',
  'nøv',
  'ran',
  'gan',
  'bin',
  'fel',
];
const STARTS = ['Ba', 'Ro', 'Sa', 'Lo', 'Ni', 'Ye', 'Qui', 'Xa', 'Zo', 'Ul', 'Wy', 'Ga', 'Jé', 'Ka'];

/** A made-up name of a canary, if any, and syllables. */
export function inventName(random: SeededRandom, canary: string): string {
  const parts = Array.from({ length: random.between(1, 2) }, () => random.pick(SYLLABLES));
  return `${canary}${random.pick(STARTS)}${parts.join('')}`;
}

/** What a person is made with. */
export interface PersonContext {
  readonly random: SeededRandom;
  readonly canary: string;
  readonly groups: readonly string[];
  readonly lapsedGroup: string;
  daysAgo(days: number): string;
}

const YEAR = 365.25;
const PERSON_TYPES: Partial<Record<ListCase, string>> = {
  VICTIM: 'Victim',
  AT_RISK: 'At risk',
  ASSOCIATE: 'Associate',
};

/** The columns about the person and the entry that a row needs to show a case. */
export function personOf(name: ListCase, localRef: string, context: PersonContext): ListFields {
  const { random, canary, daysAgo } = context;
  const addedBy = `STAFF-${random.between(100, 149)}`;
  const approvedBy = name === 'SELF_APPROVED' ? addedBy : `STAFF-${random.between(150, 199)}`;
  const isApproved = name !== 'UNAPPROVED';
  return {
    local_ref: localRef,
    person_type: PERSON_TYPES[name] ?? 'Nominal',
    family_name: inventName(random, canary),
    given_name: inventName(random, canary),
    date_of_birth: name === 'BAD_DATE' ? '1999' : daysAgo(Math.round(ageOf(name, random) * YEAR)),
    sex: random.pick(['M', 'M', 'M', 'F']),
    ethnicity_self: random.pick(['W1', 'W9', 'B1', 'B2', 'A1', 'A2', 'M1', 'O9', 'NS']),
    ethnicity_officer: `IC${random.between(1, 6)}`,
    added_by: addedBy,
    date_added: daysAgo(random.between(14, 28)),
    ...(isApproved ? { approved_by: approvedBy, date_approved: daysAgo(random.between(1, 13)) } : {}),
    ...(name === 'CHILD_WITH_AUTHORITY' ? { child_authority: `STAFF-${random.between(900, 909)}` } : {}),
    group: name === 'LAPSED_GROUP' ? context.lapsedGroup : random.pick(context.groups),
    band: random.pick(['R', 'A', 'G']),
    harm_score: String(random.between(0, 24)),
    custody: random.next() < 0.1 ? 'HMP' : '',
    notes: random.next() < 0.3 ? `${canary}known to team; see "file"` : '',
    home_address: `${canary}${random.between(1, 99)} Imaginary Road, ZZ99 ${random.between(1, 9)}ZZ`,
    pnc_id: `${canary}SYN${random.between(100_000, 999_999)}`,
    nickname: random.next() < 0.5 ? inventName(random, canary) : '',
  };
}

/** Years; far enough from every boundary that the rounding of a year does not matter. */
function ageOf(name: ListCase, random: SeededRandom): number {
  if (name === 'UNDER_10') return random.between(70, 90) / 10;
  const isChild = name === 'CHILD_WITH_AUTHORITY' || name === 'CHILD_WITHOUT_AUTHORITY';
  return isChild ? random.between(140, 170) / 10 : random.between(190, 340) / 10;
}
