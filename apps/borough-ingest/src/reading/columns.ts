/** Columns of one evidence item, without their `evN_` prefix, in canonical order. */
export const ITEM_COLUMNS = [
  'kind',
  'ref',
  'origin',
  'org',
  'grade',
  'date',
  'received',
  'submitted_by',
  'verified_by',
  'about',
  'offence',
] as const;
export type ItemColumn = (typeof ITEM_COLUMNS)[number];

/** How many evidence items one row can hold. */
export const ITEM_PLACES = [1, 2, 3] as const;
export type ItemPlace = (typeof ITEM_PLACES)[number];

/** Columns about the person and the entry, in canonical order. */
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
] as const;

/** Columns that must not cross the door: dropped while reading, only the number of filled fields is kept. */
export const FORBIDDEN_COLUMNS = ['home_address', 'pnc_id', 'nickname'] as const;
export type ForbiddenColumn = (typeof FORBIDDEN_COLUMNS)[number];

/** Columns that a problem-rows file adds; a reader accepts them and reads past them. */
export const PROBLEM_COLUMNS = ['problem_codes', 'problem_fields'] as const;

/** Columns whose blank field makes a row unreadable (SCH-003). */
export const REQUIRED_COLUMNS = [
  'local_ref',
  'family_name',
  'given_name',
  'date_of_birth',
  'date_added',
  'added_by',
] as const;

/** Canonical name of one item column, e.g. `ev2_submitted_by`. */
export type ItemColumnName = `ev${ItemPlace}_${ItemColumn}`;
/** Canonical name of a column that every file must have. */
export type ColumnName = (typeof ROW_COLUMNS)[number] | ForbiddenColumn | ItemColumnName;
/** Canonical name of a column that a file may add. */
export type ProblemColumn = (typeof PROBLEM_COLUMNS)[number];

function itemNames(place: ItemPlace): Readonly<Record<ItemColumn, ItemColumnName>> {
  const entries = ITEM_COLUMNS.map((column) => [column, `ev${place}_${column}`]);
  return Object.fromEntries(entries) as Record<ItemColumn, ItemColumnName>;
}

/** Canonical names of the columns of each item place, e.g. `ITEM_NAMES[2].submitted_by` is `ev2_submitted_by`. */
export const ITEM_NAMES: Readonly<Record<ItemPlace, Readonly<Record<ItemColumn, ItemColumnName>>>> = {
  1: itemNames(1),
  2: itemNames(2),
  3: itemNames(3),
};

/** The 56 columns of a borough's list, each exactly once in a file, in any order. */
export const COLUMNS: readonly ColumnName[] = [
  ...ROW_COLUMNS,
  ...FORBIDDEN_COLUMNS,
  ...ITEM_PLACES.flatMap((place) => Object.values(ITEM_NAMES[place])),
];

/** Columns compared between two rows of one reference: all but `notes` and the three that do not cross the door. */
export const COMPARED_COLUMNS: readonly ColumnName[] = COLUMNS.filter(
  (column) => column !== 'notes' && !(FORBIDDEN_COLUMNS as readonly string[]).includes(column),
);

/** Key under which a dialect lists words of a column: `ev2_kind` is `evN_kind`, other columns are themselves. */
export function wordKey(column: ColumnName): string {
  return column.replace(/^ev[0-9]_/, 'evN_');
}
