import type { RebuildTarget } from '@probity/projection';

/** One generation of a projection that is to be brought to some positions of its topics. */
export interface CatchUpOrder {
  readonly schema: string;
  readonly generation: number;
  readonly targets: readonly RebuildTarget[];
}

/** How a catch-up is watched and broken off. */
export interface CatchUpWatch {
  readonly signal: AbortSignal;
  readonly onApplied?: (records: number) => void;
  readonly onParked: (sentence: string) => void;
}

/**
 * Brings a generation to its targets beside the event loop of the caller. The checkpoints are in the database: whoever goes on from
 * them reads them again.
 *
 * @throws Error with the name of what went wrong; what was applied before stays
 */
export type CatchUpBeside = (order: CatchUpOrder, watch: CatchUpWatch) => Promise<void>;
