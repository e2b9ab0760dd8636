import { cleanOutcomes } from './clean-store.js';
import { FaultStore } from './fault-store.js';
import type { Outcome } from './oracle/outcome.js';
import { planOf } from './plan.js';
import { runSeed } from './seed-run.js';
import type { SeedResult } from './seed-result.js';

/** Which seeds run, and how. */
export interface SeriesOptions {
  seeds: readonly number[];
  /** Stores that are worked on at the same time. */
  lanes: number;
  /** Whether the folders of sound stores stay too. */
  keep?: boolean;
  /** Broken off before the next seed. */
  signal: AbortSignal;
  onProgress: (sentence: string) => void;
  onResult: (result: SeedResult) => void;
}

/** Boroughs, and so seeds, that one store has room for. */
const SEEDS_A_STORE = 32;

/** Cuts seeds into stores of equal size, so that the lanes end together; no two seeds of a store have one borough. Pure. */
export function storesOf(seeds: readonly number[], lanes: number): number[][] {
  const rounds = Math.ceil(seeds.length / (lanes * SEEDS_A_STORE));
  const size = Math.min(SEEDS_A_STORE, Math.ceil(seeds.length / (lanes * rounds)));
  const stores: number[][] = [];
  for (let at = 0; at < seeds.length; at += size) stores.push(seeds.slice(at, at + size));
  return stores;
}

/** Runs a series: one clean store, then the seeds in stores of their own, some side by side. */
export async function runSeries(options: SeriesOptions): Promise<void> {
  const { seeds, lanes, signal, onProgress } = options;
  const boroughs = [...new Set(seeds.map((seed) => planOf(seed).borough))];
  onProgress(`Importing ${String(boroughs.length)} lists without faults`);
  const wanted = await cleanOutcomes(boroughs, (borough) => {
    if (signal.aborted) throw new Error('Broken off.');
    onProgress(`  ${borough} as it is to be`);
  });
  const stores = storesOf(seeds, lanes);
  // Ports are free only until they are taken: stores start one after the other.
  let starting: Promise<unknown> = Promise.resolve();
  const startNext = (): Promise<FaultStore> => {
    const next = starting.then(() => FaultStore.start());
    starting = next.catch(() => undefined);
    return next;
  };
  const lane = async (): Promise<void> => {
    for (let seedsOfStore = stores.shift(); seedsOfStore && !signal.aborted; seedsOfStore = stores.shift())
      await runStore(await startNext(), seedsOfStore, wanted, options);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, stores.length) }, lane));
}

async function runStore(
  site: FaultStore,
  seeds: readonly number[],
  wanted: ReadonlyMap<string, Outcome>,
  { signal, onResult, keep = false }: SeriesOptions,
): Promise<void> {
  let isSound = true;
  try {
    for (const seed of seeds) {
      if (signal.aborted) return;
      const plan = planOf(seed);
      const outcome = wanted.get(plan.borough);
      if (outcome === undefined) throw new Error(`${plan.borough} has no clean import`);
      const result = await runSeed(site, plan, outcome);
      onResult(result);
      isSound &&= result.findings.length === 0;
    }
  } finally {
    await site.stop(keep || !isSound);
  }
}
