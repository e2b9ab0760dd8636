import type { SeedResult } from './seed-result.js';

/** One line for the terminal. */
export function lineOf(result: SeedResult): string {
  const { seed, borough, seconds, findings, complaints } = result;
  const verdict = findings.length === 0 ? 'sound' : `FOUND: ${findings.join(' | ')}`;
  const faults = result.positions.map(({ fault, note }) => (note === '' ? fault : `${fault} (${note})`));
  const failed = result.troubles.length === 0 ? '' : `, failed starts: ${result.troubles.join(' / ')}`;
  const again = complaints.length === 0 ? '' : `, ${String(complaints.length)} more runs`;
  return `seed ${String(seed)} ${borough} ${seconds.toFixed(1)} s (${result.restSeconds.toFixed(1)} to rest)${again}${failed}: ${faults.join('; ')}: ${countsOf(result)}${verdict}`;
}

/** The last lines for the terminal. */
export function summaryOf(results: readonly SeedResult[], seconds: number): string {
  const found = results.filter(({ findings }) => findings.length > 0);
  const lines = [
    `${String(results.length)} seeds in ${(seconds / 60).toFixed(1)} minutes: ${String(found.length)} with findings, ` +
      `${String(duplicatesOf(results))} repeated records in topics, none applied twice by the counts of the read models.`,
    ...found.map(
      ({ seed, home }) =>
        `seed ${String(seed)}: npm run test:soak -- --seed ${String(seed)}; its store is kept at ${home}`,
    ),
  ];
  return lines.join('\n');
}

/** The whole series as Markdown. */
export function markdownOf(results: readonly SeedResult[], seconds: number): string {
  const sorted = [...results].sort((a, b) => a.seed - b.seed);
  const found = sorted.filter(({ findings }) => findings.length > 0);
  const total = (of: (result: SeedResult) => Record<string, number>): number =>
    sorted.reduce((sum, result) => sum + Object.values(of(result)).reduce((a, b) => a + b, 0), 0);
  return [
    '# Fault series',
    '',
    'Written by `npm run test:soak -- --report FILE`; how to read it: `npm run test:soak -- --help`.',
    '',
    `${String(sorted.length)} seeds, ${(seconds / 60).toFixed(0)} minutes. Seeds with findings: ${String(found.length)}. ` +
      `Events imported: ${String(sorted.reduce((sum, { events }) => sum + events, 0))}. ` +
      `Processes started again: ${String(total(({ restarts }) => restarts))}, of which ${String(total(({ deaths }) => deaths))} had ended by themselves. ` +
      `Records repeated in topics: ${String(duplicatesOf(sorted))}; readers dropped them all.`,
    '',
    'Positions are rows read / events committed / events sent / offsets projected when the fault came.',
    '',
    '| Seed | Borough | Faults and where they came | Runs | Restarts | Repeats | Seconds | Finding |',
    '| ---: | --- | --- | ---: | --- | --- | ---: | --- |',
    ...sorted.map(rowOf),
    '',
  ].join('\n');
}

function rowOf(result: SeedResult): string {
  const { seed, borough, positions, complaints, seconds, findings, duplicates, explanation } = result;
  const faults = positions.map(({ fault, at, note }) => {
    const place = [at.rowsRead, at.committed, at.sent, at.projected].join('/');
    return `${fault}${note === '' ? '' : ` (${note})`} [${place} of ${String(result.events)}]`;
  });
  const repeats = Object.entries(duplicates).map(([topic, count]) => `${topic} ${String(count)}`);
  const cells = [
    String(seed),
    borough,
    faults.join('<br>'),
    String(complaints.length + 1),
    restartsOf(result),
    repeats.length === 0 ? '' : `${repeats.join(', ')}: ${explanation}`,
    seconds.toFixed(1),
    findings.join('<br>') || 'none',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function restartsOf({ restarts, deaths }: SeedResult): string {
  return Object.entries(restarts)
    .map(([name, count]) => {
      const own = deaths[name] ?? 0;
      return `${name} ${String(count)}${own === 0 ? '' : ` (${String(own)} by itself)`}`;
    })
    .join(', ');
}

function countsOf(result: SeedResult): string {
  const repeats = Object.values(result.duplicates).reduce((sum, count) => sum + count, 0);
  const restarts = restartsOf(result);
  return `${restarts === '' ? '' : `restarted ${restarts}, `}${repeats === 0 ? '' : `${String(repeats)} repeats, `}`;
}

function duplicatesOf(results: readonly SeedResult[]): number {
  return results.reduce(
    (sum, { duplicates }) => sum + Object.values(duplicates).reduce((a, b) => a + b, 0),
    0,
  );
}
