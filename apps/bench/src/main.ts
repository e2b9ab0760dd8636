import { Bench } from './bench.js';
import type { BenchReport } from './figures/figure.js';
import { renderReport } from './figures/table.js';
import { Disposer } from './lab/disposer.js';
import { findLab, startLab } from './lab/lab.js';
import type { BenchOptions } from './options.js';
import { HELP, readOptions, UsageError } from './options.js';

const FAILED = 1;
const MISUSED = 2;
const BROKEN_OFF = 130;

const report = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};

async function measure(options: BenchOptions, disposer: Disposer): Promise<BenchReport> {
  const lab =
    options.home === null ? await startLab(disposer, report) : findLab(options.home, disposer, report);
  return new Bench(lab, options).run();
}

/** Whether something that was written is not there, or is there twice. */
function isUnsound({ figures }: BenchReport): boolean {
  return figures.some(({ lost, duplicated }) => (lost ?? 0) + (duplicated ?? 0) > 0);
}

function obeySignals(disposer: Disposer): void {
  let isStopping = false;
  const stop = (): void => {
    // The terminal and npm may both pass one Ctrl-C on.
    if (isStopping) return;
    isStopping = true;
    report('Broken off; clearing up');
    void disposer.dispose().then(() => process.exit(BROKEN_OFF));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

/** Measures what the command line asks for and prints it. @returns exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const disposer = new Disposer();
  obeySignals(disposer);
  try {
    const found = await measure(options, disposer);
    process.stdout.write(options.isJson ? `${JSON.stringify(found, null, 2)}\n` : renderReport(found));
    return isUnsound(found) ? FAILED : 0;
  } finally {
    await disposer.dispose();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error instanceof UsageError ? error.message : `The measurement failed: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError ? MISUSED : FAILED;
}
