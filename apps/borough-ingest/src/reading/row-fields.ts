import type { LocalDate } from '@probity/domain';
import type { ColumnName } from './columns.js';
import type { RawRow } from './row-scanner.js';
import type { Dialect } from './dialect.js';
import { restoreFormula } from './formula.js';
import type { Header } from './header.js';

/** Whether a field counts as blank: empty, or nothing but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

// Control characters but tab and line breaks, a byte-order mark or zero-width space in the middle, line and paragraph
// separators, signs that turn the direction of writing, and the sign that an earlier conversion left for a lost letter.
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd]/;

/** Whether a field holds what nobody sees, so that two texts that look the same would not be. */
export function hasHiddenText(text: string): boolean {
  return HIDDEN.test(text);
}

/**
 * The fields of one row by canonical column, as they are read once: neutralised formulas restored, the dialect's words
 * and dates translated. Remembers every column that could not be read.
 */
export class RowFields {
  private readonly atFault = new Set<ColumnName>();
  private readonly texts = new Map<ColumnName, string>();

  constructor(
    private readonly row: RawRow,
    private readonly header: Header,
    private readonly dialect: Dialect,
    private readonly asOf: LocalDate,
  ) {}

  /** Columns that could not be read, in no particular order. */
  get faults(): ReadonlySet<ColumnName> {
    return this.atFault;
  }

  /** Marks a column as unreadable. */
  fault(column: ColumnName): void {
    this.atFault.add(column);
  }

  /** Canonical text of a field; the empty string when it is blank. */
  text(column: ColumnName): string {
    const known = this.texts.get(column);
    if (known !== undefined) return known;
    const field = restoreFormula(this.row.fields[this.header.positions[column]] ?? '');
    const text = isBlank(field) ? '' : this.dialect.canonical(column, field);
    this.texts.set(column, text);
    return text;
  }

  /** Canonical text, or null when the field is blank. */
  optional(column: ColumnName): string | null {
    const text = this.text(column);
    return text === '' ? null : text;
  }

  /** Canonical text of a field that must not be blank; a blank one is a fault. */
  required(column: ColumnName): string {
    const text = this.text(column);
    if (text === '') this.fault(column);
    return text;
  }

  /** A date that must be there. Null only together with a fault. */
  requiredDate(column: ColumnName): LocalDate | null {
    return this.required(column) === '' ? null : this.optionalDate(column);
  }

  /** A date or null when blank. Not in the dialect's form, impossible or after the as-of date: a fault and null. */
  optionalDate(column: ColumnName): LocalDate | null {
    const text = this.text(column);
    if (text === '') return null;
    const date = this.dialect.date.read(text);
    if (date !== null && date <= this.asOf) return date;
    this.fault(column);
    return null;
  }

  /** A value of a closed list; anything else, blank included, is a fault and null. */
  listed<T>(column: ColumnName, parse: (text: string) => T | null): T | null {
    const value = parse(this.text(column));
    if (value === null) this.fault(column);
    return value;
  }
}
