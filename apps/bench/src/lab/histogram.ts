import { request } from 'undici';

/** Observations of a histogram, cumulative, by upper bound in seconds, ascending; the last bound is infinite. */
export type Buckets = ReadonlyMap<number, number>;

/** Reads one histogram of a service's metrics. @param label one label with its value, such as `outcome="logged"` */
export async function readBuckets(metricsPort: number, name: string, label: string): Promise<Buckets> {
  const answer = await request(`http://127.0.0.1:${String(metricsPort)}/metrics`);
  return parseBuckets(await answer.body.text(), name, label);
}

/** Reads one histogram from the text of the metrics; empty when nothing was observed yet. */
export function parseBuckets(text: string, name: string, label: string): Buckets {
  const buckets = new Map<number, number>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}_bucket{`) || !line.includes(label)) continue;
    const [, bound = '', count = ''] = /le="([^"]+)".*\} (\d+)$/.exec(line) ?? [];
    buckets.set(bound === '+Inf' ? Infinity : Number(bound), Number(count));
  }
  return buckets;
}

/** How many were observed between two readings. */
export function countBetween(before: Buckets, after: Buckets): number {
  return (after.get(Infinity) ?? 0) - (before.get(Infinity) ?? 0);
}

/** The percentile of what was observed between two readings, in milliseconds, linear within its bucket. */
export function percentileBetween(before: Buckets, after: Buckets, percent: number): number {
  const rank = (percent / 100) * countBetween(before, after);
  let [floor, below] = [0, 0];
  for (const [bound, total] of after) {
    const count = total - (before.get(bound) ?? 0);
    if (count >= rank && count > 0) {
      if (bound === Infinity) return floor * 1_000;
      return (floor + ((bound - floor) * (rank - below)) / Math.max(1, count - below)) * 1_000;
    }
    [floor, below] = [bound, count];
  }
  return Number.NaN;
}
