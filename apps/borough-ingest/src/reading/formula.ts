const WOULD_RUN = /^'*[=+\-@\t\r]/;
const NEUTRALISED = /^'+[=+\-@\t\r]/;

/**
 * Puts an apostrophe before a value that a spreadsheet would take for a formula (OWASP, CSV injection). A value that
 * already has apostrophes before such a sign gets one more, so that {@link restoreFormula} gives every value back.
 */
export function neutraliseFormula(value: string): string {
  return WOULD_RUN.test(value) ? `'${value}` : value;
}

/**
 * Takes back one neutralising apostrophe, and only where a formula sign follows (after further apostrophes, if any):
 * `'=1` is `=1`, `'tis` stays. A list that was never ours loses that apostrophe too, as a spreadsheet would hide it.
 */
export function restoreFormula(value: string): string {
  return value.startsWith("'") && NEUTRALISED.test(value) ? value.slice(1) : value;
}
