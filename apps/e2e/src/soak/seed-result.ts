import type { Progress } from './probe.js';

/** Where in an import a fault came. */
export interface FaultPosition {
  fault: string;
  at: Progress;
  /** What the fault itself has to tell; empty when nothing. */
  note: string;
}

/** What one seed came to. */
export interface SeedResult {
  seed: number;
  borough: string;
  /** Faults in words, with where they came. */
  positions: FaultPosition[];
  /** Events of a clean import of the same list. */
  events: number;
  /** What each run of the command but the last said. */
  complaints: string[];
  /** How often each process was started again, and how often it had ended although nobody killed it. */
  restarts: Record<string, number>;
  deaths: Record<string, number>;
  /** Repeated records by topic, and why there may be any; `unexplained` makes a finding. */
  duplicates: Record<string, number>;
  explanation: string;
  /** Starts that failed, in the words of the supervisor. */
  troubles: string[];
  /** Of all seconds, those from the end of import and faults to the verdict. */
  restSeconds: number;
  seconds: number;
  findings: string[];
  /** Folder of the store, which is kept when something was found. */
  home: string;
}
