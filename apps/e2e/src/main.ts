import { writeFileSync } from 'node:fs';
import { HELP, readOptions, UsageError, type SoakOptions } from './soak/options.js';
import { lineOf, markdownOf, summaryOf } from './soak/report.js';
import type { SeedResult } from './soak/seed-result.js';
import { runSeries } from './soak/series.js';

const FAILED = 1;
const MISUSED = 2;
const BROKEN_OFF = 130;

const report = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};

/** Runs what the command line asks for. @returns exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  const results: SeedResult[] = [];
  const broken = new AbortController();
  const endOfTime = timeLimit(options, broken);
  obeySignals(broken);
  try {
    await runSeries({
      seeds: options.seeds,
      lanes: options.lanes,
      keep: options.keep,
      signal: broken.signal,
      onProgress: report,
      onResult: (result) => {
        results.push(result);
        process.stdout.write(`${options.isJson ? JSON.stringify(result) : lineOf(result)}\n`);
        if (options.report !== null) writeFileSync(options.report, markdownOf(results, seconds()));
      },
    });
  } finally {
    clearTimeout(endOfTime);
    report(summaryOf(results, seconds()));
  }
  if (results.some(({ findings }) => findings.length > 0)) return FAILED;
  return broken.signal.reason === 'signal' ? BROKEN_OFF : 0;
}

function timeLimit({ minutes }: SoakOptions, broken: AbortController): NodeJS.Timeout | undefined {
  if (minutes === null) return undefined;
  return setTimeout(() => {
    broken.abort('time');
  }, minutes * 60_000);
}

/** The seeds under way end first, so that nothing is left running and the report is whole. */
function obeySignals(broken: AbortController): void {
  const stop = (): void => {
    if (broken.signal.aborted) return;
    report('Stopping after the seeds under way');
    broken.abort('signal');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error instanceof UsageError ? error.message : `The series broke off: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError ? MISUSED : FAILED;
}
