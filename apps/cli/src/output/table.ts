import Table from 'cli-table3';

/** A cell; null is shown as a dash. */
export type Cell = string | number | null;

/** A column of a table. */
export interface Column {
  heading: string;
  align?: 'left' | 'right';
}

const THOUSANDS = new Intl.NumberFormat('en-GB');

/** A number as it is read: `12,345`. */
export function formatCount(count: number): string {
  return THOUSANDS.format(count);
}

/**
 * Draws a table without colours and without lines between the rows, so that it can be read, searched and pasted.
 *
 * @param foot rows below a rule, such as totals
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly Cell[][],
  foot: readonly Cell[][] = [],
): string {
  const all = [columns.map((column) => column.heading), ...rows.map((row) => row.map(textOf))];
  const feet = foot.map((row) => row.map(textOf));
  const table = new Table({
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  const widths = columns.map((_, index) =>
    Math.max(...[...all, ...feet].map((row) => (row[index] ?? '').length)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...body] = all;
  table.push(head, rule, ...body, ...(feet.length > 0 ? [rule, ...feet] : []));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? formatCount(cell) : cell;
}

const NO_LINES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
] as const;
const NO_RULES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'] as const;
const BARE = { ...Object.fromEntries([...NO_LINES, ...NO_RULES].map((name) => [name, ''])), middle: '  ' };
