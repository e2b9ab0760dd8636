/**
 * Where a program may take a text for the start of a cell: at its own start, and after a sign at which some program splits
 * lines, whatever the delimiter of the file (OWASP, CSV injection).
 */
const CELL = String.raw`(?<=^|[,;|\t\r\n])`;
/** What such a program may pass over before a sign: apostrophes, quotation marks and blanks. */
const PASSED_OVER = String.raw`['"\p{Zs}\ufeff]*`;
/** Signs that begin a formula, also in the full width of East Asian keyboards. */
const SIGN = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;
/** At the start of the whole value a tab or line break counts as well, for it moves what follows into another cell. */
const RUNS = `${PASSED_OVER}(?:${SIGN}|[\\t\\r\\n](?<=^${PASSED_OVER}.))`;
const WOULD_RUN = new RegExp(`${CELL}(?=${RUNS})`, 'gsu');
const NEUTRALISED = new RegExp(`${CELL}'(?=${RUNS})`, 'gsu');

/**
 * Puts an apostrophe wherever a spreadsheet would begin a formula in a value. Where apostrophes stand before the sign
 * already one more is put, so that {@link restoreFormula} gives every value back.
 */
export function neutraliseFormula(value: string): string {
  return value.replace(WOULD_RUN, "'");
}

/**
 * Takes back one neutralising apostrophe in each place, and only where a formula sign follows (after further apostrophes,
 * quotation marks or blanks, if any): `'=1` is `=1`, `'tis` stays. A list that was never ours loses that apostrophe too, as
 * a spreadsheet would hide it.
 */
export function restoreFormula(value: string): string {
  return value.includes("'") ? value.replace(NEUTRALISED, '') : value;
}
