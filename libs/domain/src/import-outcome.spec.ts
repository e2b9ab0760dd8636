import { describe, expect, it } from '@jest/globals';
import { decideEntry } from './entry/decide.js';
import { initialEntry } from './entry/state.js';
import { importOutcome } from './import-outcome.js';
import { decideSafeguarding } from './safeguarding/decide.js';
import { initialSafeguarding } from './safeguarding/state.js';
import { importRow, registration, weapon } from './spec-support/builders.js';
import { model } from './spec-support/model.js';

const outcomeOfRow = (overrides: Parameters<typeof importRow>[0]) =>
  importOutcome(decideEntry(importRow(overrides), initialEntry, model));

describe('The outcome of a row', () => {
  it('[R-11] entered: with role and band', () => {
    expect(outcomeOfRow({})).toEqual({
      status: 'ENTERED',
      codes: [],
      role: 'SUSPECTED_OFFENDER',
      band: 'GREEN',
    });
  });

  it('[R-11] proposed: with role and what it waits for, without a band', () => {
    expect(outcomeOfRow({ approvedBy: 'STAFF-101' })).toEqual({
      status: 'PROPOSED',
      codes: ['AUT-001'],
      role: 'SUSPECTED_OFFENDER',
      band: null,
    });
  });

  it('[R-11] refused: with every reason and nothing else', () => {
    expect(outcomeOfRow({ evidence: [weapon()] })).toEqual({
      status: 'REFUSED',
      codes: ['EVD-001'],
      role: null,
      band: null,
    });
  });

  it('[R-02][ICO-1] registered: with role, never with a band', () => {
    expect(importOutcome(decideSafeguarding(registration(), initialSafeguarding, model))).toEqual({
      status: 'REGISTERED',
      codes: [],
      role: 'VICTIM',
      band: null,
    });
  });
});
