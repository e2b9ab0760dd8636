import Table from 'cli-table3';
import type { BenchReport, Figure, MemorySample } from './figure.js';

const NUMBERS = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const RIGHT = 'right' as const;
const LEFT = 'left' as const;

/** The figures as tables for a terminal, without colours. */
export function renderReport(report: BenchReport): string {
  const { processor, cores, node, platform } = report.machine;
  const parts = [`${processor}, ${cores} cores, Node ${node}, ${platform}`];
  if (report.figures.length > 0) parts.push(figureTable(report.figures), notesOf(report.figures));
  if (report.memory.length > 0) parts.push(memoryTable(report.memory));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function figureTable(figures: readonly Figure[]): string {
  const table = new Table({
    head: ['', 'Probity', 'Raw limit', 'Ratio', 'Aim', '', 'Lost', 'Doubled'],
    colAligns: [LEFT, RIGHT, RIGHT, RIGHT, LEFT, LEFT, RIGHT, RIGHT],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    table.push([
      figure.what,
      amount(figure.ours, figure.unit),
      figure.raw === null ? '-' : amount(figure.raw, figure.unit),
      figure.ratio === null ? '-' : figure.ratio.toFixed(2),
      figure.aim ?? '-',
      figure.isReached === null ? '' : figure.isReached ? 'reached' : 'MISSED',
      counted(figure.lost),
      counted(figure.duplicated),
    ]);
  }
  return table.toString();
}

function notesOf(figures: readonly Figure[]): string {
  return figures
    .map(({ what, limit, notes, rounds }) => {
      const spread =
        rounds.length > 1
          ? [`ratio by round: ${rounds.map((r) => (r.ours / r.raw).toFixed(2)).join(' ')}`]
          : [];
      return [`${what}`, `  raw limit: ${limit}`, ...[...notes, ...spread].map((note) => `  ${note}`)].join(
        '\n',
      );
    })
    .join('\n');
}

function memoryTable(samples: readonly MemorySample[]): string {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.megabytes)))];
  const table = new Table({
    head: ['Resident memory', ...samples.map((sample) => sample.when)],
    colAligns: [LEFT, ...samples.map(() => RIGHT)],
    style: { head: [], border: [] },
  });
  for (const name of names)
    table.push([name, ...samples.map(({ megabytes }) => amount(megabytes[name] ?? Number.NaN, 'MB'))]);
  return table.toString();
}

function amount(value: number, unit: Figure['unit']): string {
  if (Number.isNaN(value)) return '-';
  return unit === '/s' ? `${NUMBERS.format(value)}/s` : `${NUMBERS.format(value)} ${unit}`;
}

function counted(count: number | null): string {
  return count === null ? '-' : NUMBERS.format(count);
}
