import type { FaultStore } from '../fault-store.js';
import type { Person } from '../person.js';

/** Where a fault happens. */
export interface FaultSite {
  readonly site: FaultStore;
  readonly borough: string;
  readonly person: Person;
  /** Window of the list. */
  readonly windowId: string;
}

/** What a fault adds to what the oracle must know. */
export interface FaultTrace {
  /** Records sent again on purpose, by topic. */
  sentAgain?: { topic: string; records: number };
  /** Something to tell beside the plan, such as that there was nothing to do. */
  note?: string;
}
