/** What one round measured on both sides, in the same unit. */
export interface Round {
  readonly ours: number;
  readonly raw: number;
}

/** Medians over the rounds. `ratio` is the median of the rounds' own ratios: a slow minute slows both sides of a round. */
export interface Summary {
  readonly ours: number;
  readonly raw: number;
  readonly ratio: number;
}

/**
 * Measures ours and the raw limit in turn, so that whatever else the machine does falls on both. A first round of each
 * is thrown away: it compiles code and opens connections.
 */
export async function alternate(
  rounds: number,
  sides: { readonly ours: () => Promise<number>; readonly raw: () => Promise<number> },
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
  return {
    ours: percentile(
      rounds.map(({ ours }) => ours),
      50,
    ),
    raw: percentile(
      rounds.map(({ raw }) => raw),
      50,
    ),
    ratio: percentile(
      rounds.map(({ ours, raw }) => ours / raw),
      50,
    ),
  };
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
