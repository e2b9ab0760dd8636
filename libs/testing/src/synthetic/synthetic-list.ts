import { drawCase, OUTCOMES } from './list-cases.js';
import type { ExpectedOutcome, ListCase } from './list-cases.js';
import type { ListDialect, ListFields } from './list-dialect.js';
import { headerLine, rowLine } from './list-dialect.js';
import type { EvidenceContext, ListItemFields } from './list-evidence.js';
import { evidenceOf } from './list-evidence.js';
import type { PersonContext } from './list-person.js';
import { inventName, personOf } from './list-person.js';
import { SeededRandom } from './seeded-random.js';

/** Which list is made up. The same options give the same bytes on every machine. */
export interface SyntheticListOptions {
  /** GSS code. */
  readonly borough: string;
  /** Lines after the header. */
  readonly rows: number;
  readonly seed: number;
  /** `plain` when absent. */
  readonly dialect?: ListDialect;
  /** Letters that stand in front of every name, address and note, and in the group names, to be looked for elsewhere. */
  readonly canary?: string;
  /** Cases of the rows in turn; in the shares of an ordinary list when absent. */
  readonly cases?: readonly ListCase[];
  /** ISO date of the list, as at which the outcomes hold; 2026-11-01 when absent. */
  readonly asAt?: string;
}

/** One row of a made-up list and what must become of it. */
export interface SyntheticRow {
  readonly case: ListCase;
  readonly outcome: ExpectedOutcome;
  readonly fields: ListFields;
}

const ROW_COLUMNS = [
  'local_ref',
  'person_type',
  'family_name',
  'given_name',
  'date_of_birth',
  'sex',
  'ethnicity_self',
  'ethnicity_officer',
  'added_by',
  'date_added',
  'approved_by',
  'date_approved',
  'child_authority',
  'last_review',
  'reviewed_by',
  'group',
  'band',
  'harm_score',
  'custody',
  'notes',
  'home_address',
  'pnc_id',
  'nickname',
];
const ITEM_COLUMNS = 'kind ref origin org grade date received submitted_by verified_by about offence'.split(
  ' ',
);
const COLUMNS = [
  ...ROW_COLUMNS,
  ...[1, 2, 3].flatMap((place) => ITEM_COLUMNS.map((name) => `ev${place}_${name}`)),
];

const DAY_MS = 86_400_000;

/**
 * A borough's list as a spreadsheet would write it, a line at a time, so that a list of any length fits in memory.
 * The order of columns depends on borough and seed. Decided with the groups of {@link generateGroups}.
 */
export function* generateList(options: SyntheticListOptions): Generator<Buffer, void, undefined> {
  const dialect = options.dialect ?? 'plain';
  const columns = new SeededRandom(`columns/${seedOf(options)}`).shuffled(COLUMNS);
  yield headerLine(dialect, columns);
  for (const row of generateRows(options)) yield rowLine(dialect, columns, row.fields);
}

/** The rows of {@link generateList} in canonical words, with the outcome that each is built to have. */
export function* generateRows(options: SyntheticListOptions): Generator<SyntheticRow, void, undefined> {
  const random = new SeededRandom(`rows/${seedOf(options)}`);
  const context = contextOf(options, random);
  let repeatable: ListFields | undefined;
  for (let number = 1; number <= options.rows; number += 1) {
    const drawn = options.cases?.[(number - 1) % options.cases.length] ?? drawCase(random);
    const name = isRepeat(drawn) && repeatable === undefined ? 'ENTERED' : drawn;
    const localRef = `SYN-${options.borough.slice(-2)}-${options.seed}-${String(number).padStart(6, '0')}`;
    const fields =
      isRepeat(name) && repeatable !== undefined
        ? repeated(name, repeatable, random)
        : { ...personOf(name, localRef, context), ...placed(evidenceOf(name, context)) };
    // Only a row that can be read takes its reference.
    if (!isRepeat(name) && name !== 'BAD_DATE') repeatable = fields;
    yield { case: name, outcome: OUTCOMES[name], fields };
  }
}

/** The groups file for a borough's list: current groups and one whose audit has lapsed. UTF-8, comma, ISO dates. */
export function generateGroups(options: Omit<SyntheticListOptions, 'rows'>): string {
  const { names, lapsed } = groupNames(options);
  const { borough } = options;
  const line = (name: string, audit: string): string => `${name},${borough},2022-03-01,${audit},7`;
  return `${[
    'group,borough,designated_on,last_audit,qualifying_members',
    ...names.map((name) => line(name, '2026-02-01')),
    line(lapsed, '2023-02-01'),
  ].join('\n')}\n`;
}

function isRepeat(name: ListCase): name is 'DUPLICATE' | 'CONFLICT' {
  return name === 'DUPLICATE' || name === 'CONFLICT';
}

function repeated(name: 'DUPLICATE' | 'CONFLICT', first: ListFields, random: SeededRandom): ListFields {
  // Notes are no part of what is compared.
  if (name === 'DUPLICATE') return { ...first, notes: 'entered twice' };
  return { ...first, given_name: `${first['given_name'] ?? ''}${inventName(random, '').toLowerCase()}` };
}

function placed(items: readonly ListItemFields[]): ListFields {
  const named = items.flatMap((item, index) =>
    Object.entries(item).map(([name, text]) => [`ev${index + 1}_${name}`, text]),
  );
  return Object.fromEntries(named) as ListFields;
}

function contextOf(options: SyntheticListOptions, random: SeededRandom): EvidenceContext & PersonContext {
  const asAt = Date.parse(`${options.asAt ?? '2026-11-01'}T00:00:00Z`);
  const { names, lapsed } = groupNames(options);
  let used = 0;
  return {
    random,
    canary: options.canary ?? '',
    groups: names,
    lapsedGroup: lapsed,
    daysAgo: (days) => new Date(asAt - days * DAY_MS).toISOString().slice(0, 10),
    references: {
      next: (family) => {
        used += 1;
        return `SYN-${family}-${options.seed}-${String(used).padStart(7, '0')}`;
      },
    },
  };
}

function groupNames(options: Pick<SyntheticListOptions, 'borough' | 'canary'>): {
  names: string[];
  lapsed: string;
} {
  const name = (colour: string, number: string): string =>
    `${options.canary ?? ''}${colour} Rowan ${options.borough.slice(-2)}${number}`;
  const names = ['Teal', 'Umber', 'Ivory', 'Cobalt'].map((colour, number) => name(colour, String(number)));
  return { names, lapsed: name('Slate', 'x') };
}

function seedOf({ borough, seed }: SyntheticListOptions): string {
  return `${borough}/${seed}`;
}
