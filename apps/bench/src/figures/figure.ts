import type { MeasurementName } from '../options.js';
import type { Round } from './rounds.js';

/** One figure beside the raw limit that was measured with it. */
export interface Figure {
  readonly measurement: MeasurementName;
  /** What was measured, in words. */
  readonly what: string;
  /** `/s`: more is better; `ms` and `MB`: less is better. */
  readonly unit: '/s' | 'ms' | 'MB';
  readonly ours: number;
  /** Null where there is nothing to compare with. */
  readonly raw: number | null;
  /** What the raw limit is, in words. */
  readonly limit: string;
  readonly ratio: number | null;
  /** Processor time of the raw limit by that of ours: what the ratio would be if nothing ever waited. */
  readonly processorRatio: number | null;
  /** What the figure is to reach, in words; null where nothing is asked. */
  readonly aim: string | null;
  readonly isReached: boolean | null;
  /** Events or rows that should be there and are not, and those that are there more than once; null where not counted. */
  readonly lost: number | null;
  readonly duplicated: number | null;
  readonly rounds: readonly Round[];
  readonly notes: readonly string[];
}

/** Resident memory of the processes at one moment of the run. */
export interface MemorySample {
  readonly when: string;
  /** Megabytes (10^6 bytes) by process name. */
  readonly megabytes: Readonly<Record<string, number>>;
}

/** Everything that a run found. */
export interface BenchReport {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly node: string;
    readonly platform: string;
  };
  readonly figures: readonly Figure[];
  readonly memory: readonly MemorySample[];
}
