import { borough, date, decidedAt, proposal } from './builders.js';
import { model } from './model.js';
import { scenarios } from './scenario.js';
import type { EntryCommands, RejectEntry } from '../entry/commands.js';
import { decideEntry } from '../entry/decide.js';
import type { EntryEvent } from '../entry/events.js';
import { evolveEntry, initialEntry } from '../entry/state.js';
import type { EntryState } from '../entry/state.js';

/** Starts a scenario on a harm record. */
export const given = scenarios<EntryState, EntryCommands, EntryEvent>({
  initial: initialEntry,
  evolve: evolveEntry,
  decide: (command, state) => decideEntry(command, state, model),
});

/** The age of somebody who turns 18 next spring. */
export const child = { ageClass: 'AGE_13_TO_17', nextAgeBoundary: date('2027-05-05') } as const;

/** A rejection by another officer because the criteria are not met. */
export const rejection = (overrides: Partial<RejectEntry> = {}): RejectEntry => ({
  type: 'RejectEntry',
  recordId: proposal().recordId,
  borough: borough('E09000012'),
  decidedAt,
  rejectedBy: 'STAFF-102',
  reasonCode: 'CRITERIA_NOT_MET',
  ...overrides,
});
