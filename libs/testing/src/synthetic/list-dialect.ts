/** How a borough's spreadsheet writes things. */
export type ListDialect = 'plain' | 'excel' | 'semicolon' | 'tab';

/** Text of a row by canonical column name; a column that is absent is blank. */
export type ListFields = Readonly<Record<string, string>>;

interface Writing {
  readonly delimiter: string;
  readonly encoding: 'utf8' | 'latin1';
  readonly byteOrderMark: boolean;
  header(column: string): string;
  date(isoDate: string): string;
  readonly words: Readonly<Record<string, string>>;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const capitalised = (column: string): string =>
  column
    .replace(/^ev([1-3])_/, 'evidence_$1_')
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');

// Written out a second time on purpose: lists made with the reader's own tables would not test the reader.
const WRITINGS: Readonly<Record<ListDialect, Writing>> = {
  plain: {
    delimiter: ',',
    encoding: 'utf8',
    byteOrderMark: false,
    header: (column) => column,
    date: (date) => date,
    words: {},
  },
  excel: {
    delimiter: ',',
    encoding: 'utf8',
    byteOrderMark: true,
    header: capitalised,
    date: (date) => `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)}`,
    words: { Nominal: 'Gang nominal', INTELLIGENCE_REPORT: 'Intel report', PARTNER_REPORT: 'Partner report' },
  },
  semicolon: {
    delimiter: ';',
    // Windows-1252 and ISO 8859-1 agree on every letter that these lists use.
    encoding: 'latin1',
    byteOrderMark: false,
    header: (column) => column.toUpperCase(),
    date: (date) => `${date.slice(8)}-${MONTHS[Number(date.slice(5, 7)) - 1] as string}-${date.slice(2, 4)}`,
    words: { Nominal: 'NOM', Victim: 'VIC', Associate: 'ASSOC', INTELLIGENCE_REPORT: 'INTEL' },
  },
  tab: {
    delimiter: '\t',
    encoding: 'utf8',
    byteOrderMark: false,
    header: (column) => column.replaceAll('_', '-'),
    date: (date) => `${date.slice(8)}.${date.slice(5, 7)}.${date.slice(0, 4)}`,
    words: { Victim: 'Victim of gang crime' },
  },
};

/** The first line of a list, with its line end and, where the dialect has one, its byte order mark. */
export function headerLine(dialect: ListDialect, columns: readonly string[]): Buffer {
  const writing = WRITINGS[dialect];
  const line = `${columns.map((column) => writing.header(column)).join(writing.delimiter)}\r\n`;
  return Buffer.from(writing.byteOrderMark ? `\uFEFF${line}` : line, writing.encoding);
}

/** One row of a list, with its line end. Dates that are ISO dates and words that the dialect has of its own are translated. */
export function rowLine(dialect: ListDialect, columns: readonly string[], fields: ListFields): Buffer {
  const writing = WRITINGS[dialect];
  const texts = columns.map((column) => quoted(translated(writing, fields[column] ?? ''), writing.delimiter));
  return Buffer.from(`${texts.join(writing.delimiter)}\r\n`, writing.encoding);
}

function translated(writing: Writing, text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return writing.date(text);
  return writing.words[text] ?? text;
}

function quoted(text: string, delimiter: string): string {
  return /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}
