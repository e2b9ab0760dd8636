/** One generation of a read model as its projector tells it. */
interface Generation {
  generation: number;
  place: 'next' | 'live' | 'previous' | 'dropped';
  begunAt: string | null;
  begunBy: string | null;
}

/** Something that somebody did to a generation. */
interface Act {
  generation: number;
  act: string;
  at: string;
  who: string;
  why: string | null;
  differences: number | null;
}

/** How far the next generation is. Counts are of records. */
export interface RebuildProgress {
  running: boolean;
  ready: boolean;
  done: number;
  total: number;
  ratePerSecond: number | null;
  resumedFrom: number;
  problem: string | null;
}

/** The generations of one read model and the latest acts, both newest first. */
export interface GenerationReport {
  projection: string;
  hold: { detail: string; remedy: string } | null;
  generations: Generation[];
  rebuild: RebuildProgress | null;
  acts: Act[];
}

/** What two generations differ in: keys and column names, never a value of a row. */
export interface GenerationDifference {
  differences: number;
  digest: string;
  tables: {
    table: string;
    rows: { live: number; next: number };
    changed: number;
    missingInLive: number;
    missingInNext: number;
    addedColumns: string[];
    removedColumns: string[];
  }[];
  first: { table: string; key: Record<string, string>; kind: string; columns: string[] } | null;
}
