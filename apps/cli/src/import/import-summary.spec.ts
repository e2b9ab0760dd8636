import { describe, expect, it } from '@jest/globals';
import type { FileOutcome, ImportJob } from './import-job.js';
import { groupProblems, importTable, totalsOf } from './import-summary.js';

const job = (change: Partial<ImportJob> = {}): ImportJob => ({
  id: 'i-1',
  borough: 'E09000002',
  state: 'completed',
  adapter: { name: 'excel', how: 'told' },
  bytes: { total: 10, read: 10 },
  rows: {
    read: 1_210,
    ENTERED: 1_000,
    PROPOSED: 100,
    REGISTERED: 50,
    REFUSED: 40,
    DUPLICATE: 15,
    PROBLEM: 5,
  },
  dropped: { home_address: 1_210, pnc_id: 900, nickname: 3 },
  groups: { designated: 4, audited: 3, unchanged: 1, problems: [{ line: 7, code: 'SCH-003' }] },
  problem: null,
  ...change,
});

const outcome = (change: Partial<FileOutcome> = {}): FileOutcome => ({
  borough: 'E09000002',
  fileName: 'E09000002.csv',
  result: 'completed',
  fileHash: 'ab',
  job: job(),
  problem: null,
  ...change,
});

describe('the summary of an import', () => {
  it('adds up statuses, dropped columns and groups over the files', () => {
    const totals = totalsOf([
      outcome(),
      outcome({ borough: 'E09000003' }),
      outcome({ result: 'failed', job: null }),
    ]);
    expect(totals).toEqual({
      files: 3,
      read: 2_420,
      rows: { ENTERED: 2_000, PROPOSED: 200, REGISTERED: 100, REFUSED: 80, DUPLICATE: 30, PROBLEM: 10 },
      dropped: { home_address: 2_420, pnc_id: 1_800, nickname: 6 },
      groups: { designated: 8, audited: 6, unchanged: 2 },
    });
  });

  it('shows each borough, and what was dropped at the door, without colours', () => {
    const text = importTable([
      outcome(),
      outcome({ borough: 'E09000003', result: 'already-read', job: null }),
    ]);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(
      /^Borough +Rows +Entered +Proposed +Registered +Refused +Duplicate +Problem +Dropped +Groups +Result$/,
    );
    expect(lines[2]).toMatch(/^E09000002 +1,210 +1,000 +100 +50 +40 +15 +5 +2,113 +8 +done$/);
    expect(lines[3]).toMatch(/^E09000003( +-){9} +already read to its end; nothing was added$/);
    expect(lines[5]).toMatch(/^Total +1,210 /);
    expect(text).toContain('home_address 1,210, pnc_id 900, nickname 3');
    expect(text).not.toContain('\u001B');
  });

  it('names a line of the groups once, although the file goes with every list', () => {
    expect(groupProblems([outcome(), outcome({ borough: 'E09000003' })])).toEqual([
      { line: 7, code: 'SCH-003' },
    ]);
  });
});
