import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { lineOf } from './soak/report.js';
import type { SeedResult } from './soak/seed-result.js';
import { runSeries } from './soak/series.js';

/** A crash of the ingest with records sent again, and a crash of the database. */
const SEEDS = [9, 36];

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(600_000);

const results: SeedResult[] = [];

beforeAll(async () => {
  await runSeries({
    seeds: SEEDS,
    lanes: 1,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onResult: (result) => {
      results.push(result);
      process.stdout.write(`${lineOf(result)}\n`);
    },
  });
});

describe('imports with faults drawn from a seed', () => {
  it('[R-39] leave report, digest, rows and counts of a clean import, with nothing lost, doubled, reordered or half applied', () => {
    expect(results.map(({ seed, findings }) => ({ seed, findings }))).toEqual(
      SEEDS.map((seed) => ({ seed, findings: [] })),
    );
  });

  it('[R-39] are ridden out: no process ends because another did', () => {
    expect(results.map(({ deaths }) => deaths)).toEqual(SEEDS.map(() => ({})));
  });

  it('met the faults while the import ran', () => {
    for (const { positions, events } of results) {
      expect(positions.length).toBeGreaterThan(0);
      for (const { at } of positions) expect(at.committed).toBeLessThanOrEqual(events);
    }
  });
});
