import { formatCount, renderTable, type Column } from '../output/table.js';
import type { GenerationDifference, GenerationReport, RebuildProgress } from './generation-report.js';

/** Acts that are shown of each read model. */
const ACTS = 5;

const left = (heading: string): Column => ({ heading });
const right = (heading: string): Column => ({ heading, align: 'right' });

const GENERATION_COLUMNS = [
  ...[left('Read model'), right('Generation'), left('Place')],
  ...[left('Begun'), left('By'), left('State')],
];

const ACT_COLUMNS = [
  ...[left('Read model'), right('Generation'), left('Act'), left('At'), left('By')],
  ...[right('Differences'), left('Reason')],
];

const TABLE_COLUMNS = [
  ...[left('Table'), right('Rows live'), right('Rows next'), right('Changed')],
  ...[right('Only in next'), right('Only in live'), left('Columns')],
];

/** Generations that stand, one a line. */
export function generationsTable(reports: readonly GenerationReport[]): string {
  const rows = reports.flatMap((report) =>
    report.generations
      .filter(({ place }) => place !== 'dropped')
      .map(({ generation, place, begunAt, begunBy }) => {
        const state = stateOf(report, place);
        return [report.projection, generation, place, begunAt, begunBy, state];
      }),
  );
  return renderTable(GENERATION_COLUMNS, rows);
}

/** The latest acts, newest first; null when there are none. */
export function actsTable(reports: readonly GenerationReport[]): string | null {
  const rows = reports.flatMap(({ projection, acts }) =>
    acts.slice(0, ACTS).map(({ generation, act, at, who, differences, why }) => {
      return [projection, generation, act, at, who, differences, why];
    }),
  );
  return rows.length === 0 ? null : renderTable(ACT_COLUMNS, rows);
}

/** Tables of two generations with what differs in each. */
export function differenceTable({ tables }: GenerationDifference): string {
  const rows = tables.map((table) => {
    const columns = [
      ...table.addedColumns.map((name) => `+${name}`),
      ...table.removedColumns.map((name) => `-${name}`),
    ];
    const { rows: held, changed, missingInLive, missingInNext } = table;
    const counts = [held.live, held.next, changed, missingInLive, missingInNext];
    return [table.table, ...counts, columns.join(' ') || null];
  });
  return renderTable(TABLE_COLUMNS, rows);
}

/** The first row that differs, in words; null when none does. */
export function firstDifference({ first }: GenerationDifference): string | null {
  if (!first) return null;
  const key = Object.entries(first.key).map(([column, value]) => `${column} ${value}`);
  const what = first.kind === 'changed' ? `differs in ${first.columns.join(', ')}` : `is ${first.kind}`;
  return `${first.table} (${key.join(', ')}) ${what}`;
}

function stateOf({ hold, rebuild }: GenerationReport, place: string): string | null {
  if (place === 'live') return hold ? `held: ${hold.detail}` : 'applies events';
  return place === 'next' && rebuild ? progressText(rebuild) : null;
}

function progressText({ running, ready, done, total, problem }: RebuildProgress): string {
  const share = `${formatCount(done)} of ${formatCount(total)} records`;
  if (ready) return `ready: ${share}`;
  return `${running ? 'building' : 'broken off'}: ${share}${problem === null ? '' : `; ${problem}`}`;
}
