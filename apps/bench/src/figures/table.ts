import Table from 'cli-table3';
import type { BenchReport, Figure, MemorySample } from './figure.js';
import type { ProcessorShares } from './rounds.js';
import { sharesOf } from './rounds.js';

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
    head: ['', 'Probity', 'Raw limit', 'Ratio', 'By CPU', 'Aim', '', 'Lost', 'Doubled'],
    colAligns: [LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT, LEFT, RIGHT, RIGHT],
    style: { head: [], border: [] },
  });
  for (const figure of figures) {
    table.push([
      figure.what,
      amount(figure.ours, figure.unit),
      figure.raw === null ? '-' : amount(figure.raw, figure.unit),
      ratioText(figure.ratio),
      ratioText(figure.processorRatio),
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
      const lines = [`raw limit: ${limit}`, ...notes];
      if (rounds.length > 0) {
        lines.push(
          `CPU ms for 1,000: ${shares(sharesOf(rounds.map(({ ours }) => ours)))}`,
          `    the raw limit: ${shares(sharesOf(rounds.map(({ raw }) => raw)))}`,
          `ratio by round: ${rounds.map(({ ours, raw }) => ratioText(ours.rate / raw.rate)).join(' ')}`,
        );
      }
      return [what, ...lines.map((line) => `  ${line}`)].join('\n');
    })
    .join('\n');
}

/** Processes that did next to nothing are left out. */
function shares(processor: ProcessorShares): string {
  const busy = Object.entries(processor).filter(([, share]) => share >= 1);
  return busy.map(([name, share]) => `${name} ${share.toFixed(0)}`).join(', ');
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(2);
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
