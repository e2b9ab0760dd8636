import { stringify } from 'csv-stringify/sync';

/**
 * One line of a delimited file, its line break included. A field is quoted when it holds the delimiter, a quotation mark
 * or any line break (also a lone CR or LF, which another reader may take for the end of the row). Neutralises nothing.
 */
export function delimitedLine(
  values: readonly string[],
  delimiter: string,
  lineBreak: '\n' | '\r\n',
): string {
  return stringify([values], { delimiter, record_delimiter: lineBreak, quoted_match: /[\r\n]/ });
}
