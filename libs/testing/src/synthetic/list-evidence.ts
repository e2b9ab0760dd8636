import type { ListCase } from './list-cases.js';
import type { SeededRandom } from './seeded-random.js';

/** An evidence item in canonical words; the columns of one `evN_` place without their prefix. */
export type ListItemFields = Readonly<Record<string, string>>;

/** Gives each reference of a list once. */
export interface References {
  /** e.g. `SYN-SRC-7-000012` for `SRC`. */
  next(family: 'SRC' | 'ORG'): string;
}

/** What items are made with. `daysAgo` counts back from the date of the list. */
export interface EvidenceContext {
  readonly random: SeededRandom;
  readonly references: References;
  daysAgo(days: number): string;
}

const MATTERS = [
  'GBH',
  'FIREARM_DISCHARGE',
  'KNIFE_INJURY',
  'ARMED_ROBBERY',
  'WEAPON_POSSESSION',
  'ATTEMPTED_HOMICIDE',
];
const SCORING_KINDS = ['CONVICTION', 'CHARGE_PENDING', 'RECORDED_CRIME_SUSPECT', 'WEAPON_RECOVERY'];
const PARTNERS = ['LBC', 'YJS', 'PROBATION'];
const STRONG = ['1A P', '1B P', '2A P', '2B C'];

/** The items of a row that is built to show a case, one to three (docs/explanation/rules.md say why each outcome follows). */
export function evidenceOf(name: ListCase, context: EvidenceContext): readonly ListItemFields[] {
  const { random } = context;
  switch (name) {
    case 'VICTIM':
      return [item(context, { kind: 'VICTIMISATION', about: 'victim' })];
    case 'AT_RISK':
      return [
        item(context, { kind: 'SAFEGUARDING_REFERRAL', about: 'victim', org: random.pick(['LBC', 'YJS']) }),
      ];
    case 'NO_SCORE':
      return [item(context, { kind: 'SELF_ADMISSION', about: 'violence' }), nexus(context)];
    case 'ONE_ITEM':
      return [harm(context)];
    case 'SOCIAL_MEDIA':
      return [
        intelligence(context),
        item(context, { kind: 'SOCIAL_MEDIA', about: 'nexus', grade: '2C P' }),
        item(context, { kind: 'SOCIAL_MEDIA', about: 'violence', grade: '2B P', org: 'LBC' }),
      ];
    case 'WEAK_GRADE':
      return [
        { ...intelligence(context), grade: '2C P' },
        { ...nexus(context), grade: '2D P' },
      ];
    case 'ONE_ROOT': {
      const first = intelligence(context);
      return [first, { ...nexus(context), origin: first['origin'] ?? '' }];
    }
    case 'EXPIRED':
      return [intelligence(context, random.between(400, 700)), nexus(context, random.between(400, 600))];
    case 'ASSOCIATE':
    case 'BAD_DATE':
    case 'CHILD_WITH_AUTHORITY':
    case 'CHILD_WITHOUT_AUTHORITY':
    case 'CONFLICT':
    case 'DUPLICATE':
    case 'ENTERED':
    case 'LAPSED_GROUP':
    case 'SELF_APPROVED':
    case 'UNAPPROVED':
    case 'UNDER_10':
      return random.next() < 0.4
        ? [harm(context), nexus(context), intelligence(context)]
        : [harm(context), nexus(context)];
  }
}

function harm(context: EvidenceContext): ListItemFields {
  const { random } = context;
  return item(context, {
    kind: random.pick(SCORING_KINDS),
    about: random.pick(['violence', 'weapon']),
    offence: random.pick(MATTERS),
  });
}

function nexus(context: EvidenceContext, age?: number): ListItemFields {
  return item(context, { kind: 'PARTNER_REPORT', about: 'nexus', org: context.random.pick(PARTNERS) }, age);
}

function intelligence(context: EvidenceContext, age?: number): ListItemFields {
  return item(
    context,
    { kind: 'INTELLIGENCE_REPORT', about: 'violence', offence: 'VIOLENCE_INTELLIGENCE' },
    age,
  );
}

/** Five months at most by default, so that every score is at its full weight. */
function item(
  { random, references, daysAgo }: EvidenceContext,
  given: ListItemFields,
  age: number = random.between(12, 150),
): ListItemFields {
  return {
    ref: references.next('SRC'),
    origin: references.next('ORG'),
    org: 'MPS',
    grade: random.pick(STRONG),
    date: daysAgo(age),
    received: daysAgo(age - random.between(0, 5)),
    submitted_by: `STAFF-${random.between(200, 299)}`,
    verified_by: `STAFF-${random.between(300, 399)}`,
    ...given,
  };
}
