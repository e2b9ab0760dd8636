import type { ProbeAnswer } from '../health/readiness.registry.js';
import type { RecoveryFinding, RecoveryRunView } from './recovery.dto.js';

/** Nest token of the {@link StoreGatePort}. */
export const STORE_GATE = Symbol('STORE_GATE');

/** What stands between the commands of a service and a store that may disagree with its topics. */
export interface StoreGatePort {
  /** Commands are taken while it is `open`. */
  readonly state: 'checking' | 'open' | 'shut' | 'recovering';
  /** Why it is shut; empty otherwise. */
  readonly findings: readonly RecoveryFinding[];
  /** The recovery under way, or the last one since the process started. */
  readonly run: RecoveryRunView | null;
  /** Begins a recovery and returns at once; false when one is under way already. */
  recover(isDryRun: boolean, topics?: readonly string[]): boolean;
}

/** What an operator does about a gate that is shut. */
const RECOVER_REMEDY = 'run npx probity recover';

/** Readiness of a gate that is not open; null for one that is. */
export function gateReadiness({ state, findings, run }: StoreGatePort): ProbeAnswer | null {
  if (state === 'open') return null;
  if (state === 'checking') return { ready: false, detail: 'comparing the store with its topics' };
  if (state === 'recovering') {
    const { done = 0, total = 0 } = run?.progress ?? {};
    return { ready: false, detail: `recovering, ${String(done)} of ${String(total)} records` };
  }
  const [first, ...others] = findings;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more)`;
  return { ready: false, detail: `${first?.sentence ?? 'shut'}${more}`, remedy: RECOVER_REMEDY };
}
