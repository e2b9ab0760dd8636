/** Milliseconds of processor time for a thousand items, by process. */
export type ProcessorShares = Readonly<Record<string, number>>;

/** One timed piece of work. */
export interface Run {
  /** Items a second. */
  readonly rate: number;
  readonly processor: ProcessorShares;
}

/** What one round measured on both sides. */
export interface Round {
  readonly ours: Run;
  readonly raw: Run;
}

/** Medians over the rounds. The ratios are medians of the rounds' own: a slow minute slows both sides of a round. */
export interface Summary {
  readonly ours: number;
  readonly raw: number;
  readonly ratio: number;
  /** Processor time of the raw limit by that of ours, all processes together. */
  readonly processorRatio: number;
}

/**
 * Measures ours and the raw limit in turn, so that whatever else the machine does falls on both. A first round of each
 * is thrown away: it compiles code and opens connections.
 */
export async function alternate(
  rounds: number,
  sides: { readonly ours: () => Promise<Run>; readonly raw: () => Promise<Run> },
): Promise<Round[]> {
  await sides.raw();
  await sides.ours();
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Whoever comes second meets the other's garbage and write-back, so they take turns at that too.
    if (round % 2 === 0) {
      const ours = await sides.ours();
      measured.push({ ours, raw: await sides.raw() });
    } else {
      const raw = await sides.raw();
      measured.push({ ours: await sides.ours(), raw });
    }
  }
  return measured;
}

/** Medians of some rounds. */
export function summarise(rounds: readonly Round[]): Summary {
  const median = (of: (round: Round) => number): number => percentile(rounds.map(of), 50);
  return {
    ours: median(({ ours }) => ours.rate),
    raw: median(({ raw }) => raw.rate),
    ratio: median(({ ours, raw }) => ours.rate / raw.rate),
    processorRatio: median(({ ours, raw }) => totalOf(raw.processor) / totalOf(ours.processor)),
  };
}

/** Processor time of all processes together. */
function totalOf(processor: ProcessorShares): number {
  return Object.values(processor).reduce((sum, share) => sum + share, 0);
}

/** Median processor time of each process over some runs. */
export function sharesOf(runs: readonly Run[]): ProcessorShares {
  const names = [...new Set(runs.flatMap(({ processor }) => Object.keys(processor)))];
  const median = (name: string): number =>
    percentile(
      runs.map(({ processor }) => processor[name] ?? 0),
      50,
    );
  return Object.fromEntries(names.map((name) => [name, median(name)]));
}

/** The value that `percent` of the values do not exceed (nearest rank; the mean of the two middle ones for an even median). */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[Math.min(Math.max(index, 0), sorted.length - 1)] as number;
  const rank = (percent / 100) * sorted.length;
  if (percent === 50 && Number.isInteger(rank)) return (at(rank - 1) + at(rank)) / 2;
  return at(Math.ceil(rank) - 1);
}

/** How many a second. */
export function perSecond(count: number, milliseconds: number): number {
  return (count * 1_000) / milliseconds;
}
