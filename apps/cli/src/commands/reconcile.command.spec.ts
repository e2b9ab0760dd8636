import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer, type SeenRequest } from '../../test/contract-stack.js';
import type { StackReadiness } from '../stack/readiness.js';

const LEDGER_ALARM = {
  ...{ code: 'REC-004', place: 'matrix.E09000012/0@17', sentence: 'an event is gone from the store' },
  ...{ remedy: 'Run probity recover.', firstSeen: '2026-11-01T09:05:00.000Z' },
};
const ROWS_ALARM = {
  ...{ code: 'REC-009', place: 'matrix.entry r-1', sentence: 'matrix.entry holds other rows' },
  ...{ remedy: 'Run probity projection rebuild.', firstSeen: '2026-11-01T09:01:00.000Z' },
};
const READY: StackReadiness = {
  ready: true,
  processes: ['audit-ledger', 'projector-matrix', 'projector-safeguarding'].map((name) => ({
    ...{ name, state: 'ready' as const, pid: 1, port: 1, since: null, detail: '' },
  })),
};

let services: ContractStack;
let ledgerAlarms: object[];
let rowsAlarms: object[];
let behind: number;
let isComplete: boolean;
let asked: number;

beforeAll(async () => {
  services = await ContractStack.start();
});

beforeEach(() => {
  services.reset();
  [ledgerAlarms, rowsAlarms, behind, isComplete, asked] = [[], [], 0, true, 0];
  services.play = play;
});

afterAll(async () => services.stop());

/** All at one port: the ledger is asked first, then the projector of each read model. */
function play({ method, path, person }: SeenRequest): Answer {
  expect([person, path]).toEqual(['operator', `/v1/reconciliation${method === 'POST' ? '/run' : ''}`]);
  const order = method === 'POST' ? { isComplete } : {};
  const model = { uncoveredRecords: 0, passes: 3, durationMs: 5, ageMs: 100 };
  asked += 1;
  const ledger = {
    ...{ verifiedRecords: 1200, duplicates: 3, behind, passes: [], alarms: ledgerAlarms },
    lanes: [{ topic: 'matrix.E09000012', partition: 0, verifiedOffset: 1200, highWatermark: 1200 + behind }],
    readModels: [{ projection: 'matrix', verifiedRecords: 600, ...model, alarms: rowsAlarms }],
  };
  return { status: 200, body: { ...ledger, ...order } };
}

const probity = async (...words: string[]): Promise<CommandRun> =>
  runCommand(words, () => services.open(), READY);

describe('probity reconcile', () => {
  it('tells how far topics and rows are verified', async () => {
    const { exitCode, stdout, stderr } = await probity('reconcile', 'status');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('matrix.E09000012/0');
    expect(stderr).toContain('Verified: 1,200 topic records, up to the end of all 1 partitions; matrix: rows of 600 records'); // prettier-ignore
    expect(asked).toBe(3);
  });

  it('says what waits to be verified', async () => {
    behind = 4;
    expect((await probity('reconcile', 'status')).stderr).toContain('1,200 topic records, 4 more wait');
  });

  it('ends with 1 when an alarm is open, names the thing and says what to do', async () => {
    [ledgerAlarms, rowsAlarms] = [[LEDGER_ALARM], [ROWS_ALARM]];
    const { exitCode, stderr } = await probity('reconcile', 'status');
    expect(exitCode).toBe(1);
    const lines = stderr.split('\n').filter((line) => line.startsWith('ALARM'));
    expect(lines[0]).toBe('ALARM REC-009 at matrix.entry r-1, first seen 2026-11-01T09:01:00.000Z: matrix.entry holds other rows. Run probity projection rebuild.'); // prettier-ignore
    expect(lines.at(-1)).toContain('ALARM REC-004 at matrix.E09000012/0@17');
  });

  it('has everything checked at once, and says when that did not end', async () => {
    expect(await probity('reconcile', 'now')).toMatchObject({ exitCode: 0 });
    expect(services.requests().every((line) => line.startsWith('operator POST'))).toBe(true);
    isComplete = false;
    const { exitCode, stderr } = await probity('reconcile', 'now');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('did not end within a minute')]);
  });

  it('prints JSON alone with --json', async () => {
    ledgerAlarms = [LEDGER_ALARM];
    const { exitCode, stdout } = await probity('reconcile', 'status', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ledger: { verifiedRecords: 1200, behind: 0 },
      alarms: expect.arrayContaining([LEDGER_ALARM]) as unknown,
    });
  });
});

describe('probity status', () => {
  it('shows how far everything is verified, and alarms without changing its exit code', async () => {
    ledgerAlarms = [LEDGER_ALARM];
    const { exitCode, stdout } = await probity('status');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Verified: 1,200 topic records');
    expect(stdout).toContain('ALARM REC-004 at matrix.E09000012/0@17');
    expect(JSON.parse((await probity('status', '--json')).stdout)).toMatchObject({
      ready: true,
      reconciliation: { ledger: { behind: 0 } },
    });
  });

  it('asks nobody who is not there', async () => {
    const [first, ...others] = READY.processes;
    const processes = [{ ...first!, state: 'stopped' as const }, ...others];
    const { exitCode, stdout } = await runCommand(['status'], () => services.open(), {
      ready: false,
      processes,
    });
    expect([exitCode, asked]).toEqual([3, 0]);
    expect(stdout).not.toContain('Verified');
  });
});
