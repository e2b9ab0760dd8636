import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer, type SeenRequest } from '../../test/contract-stack.js';

const AT = '2026-11-01T09:00:00.000Z';
const LIVE = { generation: 1, place: 'live', begunAt: null, begunBy: null };
const NEXT = { generation: 2, place: 'next', begunAt: AT, begunBy: 'operator' };
const BUILDING = { running: true, ready: false, done: 400, total: 9_000, ratePerSecond: 3_000, resumedFrom: 0, problem: null }; // prettier-ignore
const READY = { ...BUILDING, ready: true, done: 9_000 };
const DIGEST = 'ab'.repeat(32);
const ALIKE = { table: 'entry', rows: { live: 3, next: 3 }, changed: 0, missingInLive: 0, missingInNext: 0, addedColumns: [], removedColumns: [] }; // prettier-ignore

let services: ContractStack;
let progress: object[];
let hold: object | null;
let difference: object;
let problem: object | null;

beforeAll(async () => {
  services = await ContractStack.start();
});

beforeEach(() => {
  services.reset();
  [progress, hold, problem] = [[READY], null, null];
  difference = { differences: 0, digest: DIGEST, tables: [ALIKE], first: null };
  services.play = play;
});

afterAll(async () => services.stop());

function play({ method, path }: SeenRequest): Answer | null {
  if (problem) return { status: 422, body: problem };
  if (path.endsWith('/diff')) return { status: 200, body: difference };
  const [now] = progress;
  if (!now) return null;
  if (progress.length > 1) progress.shift();
  const acts = [{ generation: 2, act: 'begun', at: AT, who: 'operator', why: null, differences: null }];
  const projection = path.split('/')[3];
  const report = { projection, hold, generations: [NEXT, LIVE], rebuild: now, acts };
  return { status: method === 'POST' ? 202 : 200, body: report };
}

const probity = async (...words: string[]): Promise<CommandRun> =>
  runCommand(['projection', ...words], () => services.open());
const asked = (): string[] =>
  services.seen.map(({ person, method, path, body }) => `${person} ${method} ${path} ${body}`.trim());

describe('probity projection', () => {
  it('lists the generations of both read models with what was done to them', async () => {
    const { exitCode, stdout } = await probity('list');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/matrix +2 +next .*operator +ready: 9,000 of 9,000 records/);
    expect(stdout).toMatch(/safeguarding +1 +live .*applies events/);
    expect(stdout).toMatch(/matrix +2 +begun /);
  });

  it('tells in the list that a read model is held, and what was broken off', async () => {
    hold = { detail: 'another definition built it', remedy: 'run probity projection rebuild matrix' };
    progress = [{ ...BUILDING, running: false }];
    const { stdout } = await probity('list');
    expect(stdout).toContain('held: another definition built it');
    expect(stdout).toContain('broken off: 400 of 9,000 records');
  });

  it('rebuilds as operator and waits until the next generation has caught up', async () => {
    progress = [BUILDING, { ...BUILDING, problem: 'the broker is away' }, READY];
    const { exitCode, stdout, stderr } = await probity('rebuild', 'matrix', '--reason', 'bands');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('Generation 2 of matrix is ready: 9,000 of 9,000 records.\n');
    expect(stderr).toContain('Not yet: the broker is away.');
    expect(stderr).toContain('Next: probity projection diff matrix');
    expect(asked()[0]).toBe('operator POST /v1/projections/matrix/rebuild {"reason":"bands"}');
    expect(asked()).toHaveLength(3);
  });

  it('does not wait with --no-wait, and says from where a rebuild was taken up', async () => {
    progress = [{ ...BUILDING, resumedFrom: 400 }];
    const { exitCode, stdout, stderr } = await probity('rebuild', 'safeguarding', '--no-wait');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('is being built: 400 of 9,000 records');
    expect(stderr).toContain('Resumed from 400 records.');
    expect(asked()).toHaveLength(1);
  });

  it('says that the same command goes on when a rebuild ended before its end, or its process did', async () => {
    progress = [BUILDING, { ...BUILDING, running: false, problem: 'the range is not kept' }];
    const ended = await probity('rebuild', 'matrix');
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain('broken off at 400 of 9,000 records: the range is not kept. Run the same');
    services.play = (request) => (request.method === 'POST' ? ((progress = [BUILDING]), play(request)) : null); // prettier-ignore
    const died = await probity('rebuild', 'matrix');
    expect(died.exitCode).toBe(3);
    expect(died.stderr).toContain('run the same command again');
  });

  it('ends a comparison with 0 when nothing differs, and with 1, the first row and the digest otherwise', async () => {
    expect(await probity('diff', 'matrix')).toMatchObject({ exitCode: 0 });
    const first = { table: 'entry', key: { record_id: 'r1' }, kind: 'changed', columns: ['band'] };
    difference = { differences: 2, digest: DIGEST, tables: [{ ...ALIKE, changed: 2, addedColumns: ['grade'] }], first }; // prettier-ignore
    const { exitCode, stdout, stderr } = await probity('diff', 'matrix');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/entry +3 +3 +2 +0 +0 +\+grade/);
    expect(stderr).toContain('The first: entry (record_id r1) differs in band.');
    expect(stderr).toContain(`probity projection switch matrix --accept ${DIGEST} --reason TEXT`);
  });

  it('switches, rolls back and drops with what the projector needs to know of it', async () => {
    expect(await probity('switch', 'matrix')).toMatchObject({ exitCode: 0 });
    expect(await probity('switch', 'matrix', '--accept', DIGEST, '--reason', 'meant')).toMatchObject({ exitCode: 0 }); // prettier-ignore
    expect(await probity('rollback', 'matrix', '--reason', 'wrong', '--allow-stale')).toMatchObject({ exitCode: 0 }); // prettier-ignore
    expect(await probity('drop', 'matrix', 'previous', '--yes', '--json')).toMatchObject({ exitCode: 0 });
    expect(asked()).toEqual([
      'operator POST /v1/projections/matrix/switch {}',
      `operator POST /v1/projections/matrix/switch {"accept":"${DIGEST}","reason":"meant"}`,
      'operator POST /v1/projections/matrix/rollback {"reason":"wrong","allowStale":true}',
      'operator POST /v1/projections/matrix/drop {"generation":"previous"}',
    ]);
  });

  it('passes a refusal on with its code and remedy', async () => {
    problem = { status: 422, code: 'PRJ-014', detail: '1 rows differ.', remedy: `--accept ${DIGEST}` };
    const { exitCode, stderr } = await probity('switch', 'matrix');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`1 rows differ. --accept ${DIGEST}. (PRJ-014)`);
  });

  it('drops nothing without --yes, and refuses what cannot be meant', async () => {
    expect(await probity('drop', 'matrix', 'next')).toMatchObject({ exitCode: 1 });
    expect(await probity('drop', 'matrix', 'live', '--yes')).toMatchObject({ exitCode: 2 });
    expect(await probity('switch', 'matrix', '--accept', DIGEST)).toMatchObject({ exitCode: 2 });
    expect(await probity('rollback', 'matrix')).toMatchObject({ exitCode: 2 });
    expect(await probity('rebuild', 'other')).toMatchObject({ exitCode: 2 });
    expect(services.seen).toEqual([]);
  });
});
