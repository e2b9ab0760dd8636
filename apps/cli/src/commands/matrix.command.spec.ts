import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());
const WHY = ['--purpose', 'VIOLENCE_REDUCTION_TASKING', '--because', 'weekly tasking meeting'];
const entry = (recordId: string): object => ({
  recordId,
  reference: '7K3M-9QXA',
  borough: 'E09000002',
  role: 'SUSPECTED_OFFENDER',
  roleLabel: 'Suspected offender, not convicted',
  band: 'RED',
  bandLabel: 'Red',
  assertion: 'Legacy assertion, not attested',
  enteredAt: '2026-11-01T09:00:00.000Z',
  reviewDue: '2027-01-30T00:00:00.000Z',
  withholdFrom: '2026-11-29T09:00:00.000Z',
});

describe('probity matrix', () => {
  it('[R-06] shows role, band and assertion in words, as the central team', async () => {
    services.play = () => ({ status: 200, body: { items: [entry('r-1')], nextCursor: null } });
    const { stdout } = await probity('matrix', '--borough', 'E09000002', '--band', 'RED', ...WHY);
    expect(services.requests()).toEqual(['central-1 GET /v1/matrix?limit=50&borough=E09000002&band=RED']);
    expect(stdout).toContain('Suspected offender, not convicted');
    expect(stdout).toContain('Legacy assertion, not attested');
  });

  it('--all follows the cursor to the end, and --json is one document', async () => {
    services.play = ({ path }) =>
      path.includes('cursor=c%2F2')
        ? { status: 200, body: { items: [entry('r-2')], nextCursor: null } }
        : { status: 200, body: { items: [entry('r-1')], nextCursor: 'c/2' } };
    const { stdout } = await probity('matrix', '--all', '--json', ...WHY);
    const { items } = JSON.parse(stdout) as { items: { recordId: string }[] };
    expect(items.map(({ recordId }) => recordId)).toEqual(['r-1', 'r-2']);
  });

  it('[R-81] asks for nothing without a purpose and a reason', async () => {
    for (const words of [[], WHY.slice(0, 2), WHY.slice(2)])
      expect((await probity('matrix', ...words)).exitCode).toBe(2);
    expect(services.requests()).toEqual([]);
  });

  it('says when there is more', async () => {
    services.play = () => ({ status: 200, body: { items: [entry('r-1')], nextCursor: 'c2' } });
    expect((await probity('matrix', '--limit', '1', ...WHY)).stderr).toContain('more entries');
  });

  it('summary shows boroughs and totals, or JSON', async () => {
    const boroughs = [{ borough: 'E09000002', RED: 1, AMBER: 2, GREEN: 3, total: 6 }];
    const body = {
      asAt: '2026-11-01T09:00:00.000Z',
      total: 6,
      boroughs,
      bands: { RED: 1, AMBER: 2, GREEN: 3 },
    };
    services.play = () => ({ status: 200, body });
    expect((await probity('matrix', 'summary')).stdout).toMatch(/Total +1 +2 +3 +6/);
    expect(JSON.parse((await probity('matrix', 'summary', '--json')).stdout)).toEqual(body);
    expect(new Set(services.requests())).toEqual(new Set(['central-1 GET /v1/matrix/summary']));
  });

  it.each([
    ['--limit', '0'],
    ['--limit', '501'],
    ['--band', 'ZERO'],
    ['--role', 'VICTIM'],
  ])('%s %s is a usage error', async (option, value) => {
    expect((await probity('matrix', option, value)).exitCode).toBe(2);
    expect(services.seen).toEqual([]);
  });
});
