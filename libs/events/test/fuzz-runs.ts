import type { Parameters } from 'fast-check';

const RUNS = 300;

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d+$/.test(text)) throw new Error(`${name} is a whole number`);
  return Number(text);
}

/**
 * How a format is fuzzed: some hundred runs, or `PROBITY_FUZZ_RUNS` for a long series, from a seed of its own or from
 * `PROBITY_FUZZ_SEED`. A failure prints seed and path, by which it comes again.
 *
 * @param share part of the runs that a slow property takes, above 0 and up to 1.
 */
export function fuzzRuns<T>(share = 1): Parameters<T> {
  const runs = wholeNumber('PROBITY_FUZZ_RUNS') ?? RUNS;
  const seed = wholeNumber('PROBITY_FUZZ_SEED');
  return { numRuns: Math.max(1, Math.ceil(runs * share)), ...(seed !== undefined && { seed }) };
}
