import type { FileProblem } from './file-problem.js';
import { unreadable } from './file-problem.js';

/** How many bytes of a file tell what kind of file it is. */
export const SIGNATURE_BYTES = 8;
/** Byte-order mark of UTF-8. */
export const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const FROM_WORKBOOK = 'Open it in the spreadsheet, save the sheet as CSV, and import that file.';
const UNPACK = 'Unpack it and import the list inside.';
const IN_UTF8 = 'Save the file again as CSV in UTF-8 and import that.';
const EXPORT_LIST = 'Export the list as a delimited text file and import that.';

/** First bytes of kinds of files that are taken for lists by mistake, the longer before the shorter. */
const SIGNATURES: readonly (readonly [signature: string, kind: string, remedy: string])[] = [
  ['504b0304', 'a ZIP archive or an Excel workbook (XLSX)', `${FROM_WORKBOOK} Unpack an archive first.`],
  ['504b0506', 'an empty ZIP archive', UNPACK],
  ['d0cf11e0a1b11ae1', 'an old Excel workbook (XLS)', FROM_WORKBOOK],
  ['25504446', 'a PDF document', EXPORT_LIST],
  ['7b5c727466', 'a rich text document (RTF)', EXPORT_LIST],
  ['1f8b', 'compressed with gzip', UNPACK],
  ['377abcaf271c', 'a 7z archive', UNPACK],
  ['526172211a07', 'a RAR archive', UNPACK],
  ['fffe0000', 'in UTF-32', IN_UTF8],
  ['0000feff', 'in UTF-32', IN_UTF8],
  ['fffe', 'in UTF-16', IN_UTF8],
  ['feff', 'in UTF-16', IN_UTF8],
];

/** Wide encodings without a mark, by where the zero bytes of their first two letters stand. */
const WIDE_LETTERS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^([^0]000){2}/, 'in UTF-32'],
  [/^(000[^0]){2}/, 'in UTF-32'],
  [/^([^0]0){2}/, 'in UTF-16'],
  [/^(0[^0]){2}/, 'in UTF-16'],
];

/** Looks at the first {@link SIGNATURE_BYTES} of a file for another kind of file; null where it may be a list. */
export function foreignForm(start: Buffer): FileProblem | null {
  const hex = start.subarray(0, SIGNATURE_BYTES).toString('hex');
  const zeros = Array.from(start.subarray(0, SIGNATURE_BYTES), (byte) => (byte === 0 ? '0' : 'x')).join('');
  const known = SIGNATURES.find(([signature]) => hex.startsWith(signature));
  const wide = WIDE_LETTERS.find(([pattern]) => pattern.test(zeros));
  const [kind, remedy] = known?.slice(1) ?? (wide && [wide[1], IN_UTF8]) ?? [];
  if (kind === undefined || remedy === undefined) return null;
  return { ...unreadable(1, `The file is ${kind}, not a list as delimited text.`, remedy), byte: 1 };
}
