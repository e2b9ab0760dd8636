import type { Code } from './codes.js';
import type { EntryEvent } from './entry/events.js';
import type { Band } from './model/clocks.js';
import type { Decision } from './refusal.js';
import { isRefusal } from './refusal.js';
import type { Role } from './role/roles.js';
import type { SafeguardingEvent } from './safeguarding/events.js';

/** What became of a readable row of a legacy file. */
export interface ImportOutcome {
  readonly status: 'ENTERED' | 'PROPOSED' | 'REGISTERED' | 'REFUSED';
  /** Reasons of a refusal, or what a proposal waits for; sorted, may be empty. */
  readonly codes: readonly Code[];
  /** Null for a refused row. */
  readonly role: Role | null;
  /** Only an entered record has a band. */
  readonly band: Band | null;
}

/** The outcome of a row in the words of the import, from what either decider answered. */
export function importOutcome(decision: Decision<EntryEvent> | Decision<SafeguardingEvent>): ImportOutcome {
  if (isRefusal(decision)) return { status: 'REFUSED', codes: decision.codes, role: null, band: null };
  const outcome = { codes: decision.waitingFor, role: null, band: null };
  return decision.events.reduce<ImportOutcome>(after, { ...outcome, status: 'PROPOSED' });
}

function after(outcome: ImportOutcome, event: EntryEvent | SafeguardingEvent): ImportOutcome {
  switch (event.type) {
    case 'EntryProposed':
      return { ...outcome, status: 'PROPOSED', role: event.case.role };
    case 'LegacyEntryAsserted':
    case 'EntryApproved':
      return { ...outcome, status: 'ENTERED', role: event.case.role, band: event.case.band };
    case 'EntryRegistered':
      return { ...outcome, status: 'REGISTERED', role: event.case.role };
    case 'EntryRejected':
      return { ...outcome, status: 'REFUSED' };
    default:
      return event satisfies never;
  }
}
