import type { LocalDate } from '@probity/domain';
import { COMPARED_COLUMNS, COLUMNS, FORBIDDEN_COLUMNS, ITEM_PLACES, REQUIRED_COLUMNS } from './columns.js';
import type { ColumnName, ForbiddenColumn } from './columns.js';
import type { Dialect } from './dialect.js';
import type { Header } from './header.js';
import { readItem } from './legacy-item.js';
import type { AssertedEvidence, ItemRules } from './legacy-item.js';
import { RowFields, hasHiddenText, isBlank } from './row-fields.js';
import type { RawRow } from './row-scanner.js';

/** One row of a borough's list in canonical values. Notes, address, PNC id, nickname and reviewer are not in it. */
export interface LegacyRow {
  readonly localRef: string;
  /** Canonical person type, or whatever else the list says (the empty string too): the domain decides on it. */
  readonly personType: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly dateOfBirth: LocalDate;
  readonly sex: string;
  readonly ethnicitySelf: string;
  readonly ethnicityOfficer: string;
  readonly addedBy: string;
  /** History: no clock runs from this date or the two below. */
  readonly dateAdded: LocalDate;
  readonly approvedBy: string | null;
  readonly dateApproved: LocalDate | null;
  readonly lastReview: LocalDate | null;
  readonly childAuthority: string | null;
  /** Name of the group to which nexus evidence refers, as in the borough's groups file. */
  readonly group: string | null;
  readonly inCustody: boolean;
  readonly items: readonly AssertedEvidence[];
}

/** A row that can be decided. */
export interface ReadableRow {
  readonly kind: 'readable';
  readonly line: number;
  readonly row: LegacyRow;
  /** Canonical values for {@link contentOf} alone; never to be stored, for they hold columns that are history. */
  readonly compared: readonly string[];
}

/** A row that cannot be read (PROBLEM). */
export interface UnreadableRow {
  readonly kind: 'unreadable';
  readonly line: number;
  /** Null where the reference is blank or cannot be told apart from the other fields. */
  readonly localRef: string | null;
  readonly codes: readonly ['SCH-003'];
  /** Canonical columns at fault, in canonical order; empty when the number of fields is not the header's. */
  readonly fields: readonly ColumnName[];
}

/** How many fields of the forbidden columns a row held; nothing else is kept of them. */
export type DroppedCounts = Readonly<Record<ForbiddenColumn, number>>;

/** Everything that reading a row depends on. */
export interface RowContext {
  readonly header: Header;
  readonly dialect: Dialect;
  /** Europe/London date of the decision; a later date in a row is unreadable. */
  readonly asOf: LocalDate;
  readonly rules: ItemRules;
}

/** Whether a row has as many fields as the header, so that its fields can be told apart. */
export function isWhole(raw: RawRow, header: Header): boolean {
  return raw.fields.length === header.columns.length;
}

/** Counts the filled fields of the forbidden columns; a row whose fields cannot be told apart counts none. */
export function droppedIn(raw: RawRow, header: Header): DroppedCounts {
  const filled = (column: ForbiddenColumn): number =>
    isWhole(raw, header) && !isBlank(raw.fields[header.positions[column]] ?? '') ? 1 : 0;
  return Object.fromEntries(FORBIDDEN_COLUMNS.map((column) => [column, filled(column)])) as DroppedCounts;
}

const DATE_COLUMN = /^(date_|last_review$|ev[0-9]_(date|received)$)/;
const DATE_COLUMNS: ReadonlySet<ColumnName> = new Set(COLUMNS.filter((column) => DATE_COLUMN.test(column)));

function comparedValues(fields: RowFields): readonly string[] {
  return COMPARED_COLUMNS.map((column) =>
    DATE_COLUMNS.has(column) ? (fields.optionalDate(column) ?? '') : fields.text(column),
  );
}

function unreadableRow(line: number, localRef: string, faults: ReadonlySet<ColumnName>): UnreadableRow {
  return {
    kind: 'unreadable',
    line,
    localRef: localRef === '' ? null : localRef,
    codes: ['SCH-003'],
    fields: COLUMNS.filter((column) => faults.has(column)),
  };
}

/**
 * Reads one row (SCH-003 of docs/reference/codes.md). Unreadable: another number of fields than the header's; a blank required
 * field; a date that is partial, impossible, in another form or after the as-of date; an item with an unlisted kind,
 * about, offence or grade, or partly blank; characters that nobody sees. The person type is passed through, listed or not.
 */
export function readLegacyRow(raw: RawRow, context: RowContext): ReadableRow | UnreadableRow {
  if (!isWhole(raw, context.header)) return unreadableRow(raw.line, '', new Set());
  const fields = new RowFields(raw, context.header, context.dialect, context.asOf);
  for (const column of REQUIRED_COLUMNS) fields.required(column);
  for (const column of COMPARED_COLUMNS)
    if (hasHiddenText(raw.fields[context.header.positions[column]] ?? '')) fields.fault(column);
  const dateOfBirth = fields.requiredDate('date_of_birth');
  const dateAdded = fields.requiredDate('date_added');
  const dateApproved = fields.optionalDate('date_approved');
  const lastReview = fields.optionalDate('last_review');
  const items = ITEM_PLACES.map((place) => readItem(fields, place, context.rules)).filter(
    (item) => item !== null,
  );
  if (fields.faults.size > 0 || dateOfBirth === null || dateAdded === null) {
    return unreadableRow(raw.line, fields.text('local_ref'), fields.faults);
  }
  const row: LegacyRow = {
    localRef: fields.text('local_ref'),
    personType: fields.text('person_type'),
    familyName: fields.text('family_name'),
    givenName: fields.text('given_name'),
    dateOfBirth,
    sex: fields.text('sex'),
    ethnicitySelf: fields.text('ethnicity_self'),
    ethnicityOfficer: fields.text('ethnicity_officer'),
    addedBy: fields.text('added_by'),
    dateAdded,
    approvedBy: fields.optional('approved_by'),
    dateApproved,
    lastReview,
    childAuthority: fields.optional('child_authority'),
    group: fields.optional('group'),
    inCustody: fields.text('custody') === 'HMP',
    items,
  };
  return { kind: 'readable', line: raw.line, row, compared: comparedValues(fields) };
}

/**
 * The content by which two rows with one reference are compared: equal text means the same row again (DUPLICATE), other
 * text a contradiction (SCH-005). Holds personal data in clear: keep only a keyed hash of it.
 */
export function contentOf(reading: ReadableRow): string {
  return JSON.stringify(reading.compared);
}
