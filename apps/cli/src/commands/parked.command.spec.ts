import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer, type SeenRequest } from '../../test/contract-stack.js';

const RECORD = '5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2';
const OTHER = '5f0c3c1e-2b7d-4c7e-9f3a-0000000000a3';
const POSITION = { topic: 'matrix.E09000012', partition: 0, offset: 10_432 };
const HEAD = {
  ...{ position: POSITION, recordId: RECORD, kind: 'POISON', code: 'RULE', reason: 'a victim is not listed' },
  ...{ eventId: null, type: null, version: 2, firstSeen: '2026-11-01T09:00:00.000Z', behind: 3 },
};
const DONE = {
  outcome: 'DONE',
  position: null,
  code: null,
  reason: null,
  applied: 4,
  duplicates: 0,
  left: 0,
};
const STOPPED = { ...DONE, outcome: 'STOPPED', position: POSITION, code: 'RULE', reason: 'still so', applied: 0, left: 4 }; // prettier-ignore
const NOT_PARKED = { status: 404, body: { code: 'PRK-001', detail: 'Nothing parked.' } };
const WHY = ['--reason', 'corrected'];

let services: ContractStack;
let heads: unknown[];
let outcome: unknown;

beforeAll(async () => {
  services = await ContractStack.start();
});

beforeEach(() => {
  services.reset();
  [heads, outcome] = [[HEAD], DONE];
  services.play = play;
});

afterAll(async () => services.stop());

/** Both projectors at one port: the matrix has something, the safeguarding register nothing. */
function play({ method, path, body }: SeenRequest): Answer {
  const { pathname, searchParams } = new URL(path, 'https://projector');
  const [, projection = '', rest = ''] = /^\/v1\/projections\/([a-z]+)\/parked(.*)$/.exec(pathname) ?? [];
  if (rest === '') {
    const isSecond = searchParams.get('cursor') === 'more';
    const items = projection !== 'matrix' ? [] : isSecond ? [{ ...HEAD, recordId: OTHER }] : heads;
    return { status: 200, body: { projection, items, nextCursor: projection === 'matrix' && !isSecond ? 'more' : null } }; // prettier-ignore
  }
  if (projection !== 'matrix') return NOT_PARKED;
  if (rest.endsWith('/redrive')) {
    expect(JSON.parse(body)).toEqual({ reason: 'corrected' });
    return { status: 200, body: { projection, outcomes: [outcome] } };
  }
  if (rest.endsWith('/discard'))
    return { status: 200, body: { ...HEAD, kind: 'REJECTED', code: 'SIGNATURE' } };
  const act = { act: 'REDRIVE', position: null, actor: 'operator', at: HEAD.firstSeen, reason: 'tried', outcome: 'STOPPED', code: 'RULE', applied: 0, generation: 1 }; // prettier-ignore
  return { status: method === 'GET' ? 200 : 405, body: { projection, items: [HEAD], acts: [act] } };
}

const probity = async (...words: string[]): Promise<CommandRun> =>
  runCommand(['parked', ...words], () => services.open());
const posts = (): string[] => services.requests().filter((line) => line.includes(' POST '));

describe('probity parked', () => {
  it('lists what both read models have parked, page after page, as operator', async () => {
    const { exitCode, stdout } = await probity();
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`matrix.E09000012/0@10432  ${RECORD}  cannot be applied  RULE       3`);
    expect(stdout).toContain(OTHER);
    expect(services.requests()).toHaveLength(3);
    expect(services.requests()[2]).toBe('operator GET /v1/projections/safeguarding/parked?generation=live&limit=200'); // prettier-ignore
  });

  it('says that nothing is parked, and in JSON an empty list', async () => {
    expect(await probity('list', '--projection', 'safeguarding')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'Nothing is parked.\n' }); // prettier-ignore
    const { stdout } = await probity('list', '--projection', 'safeguarding', '--json');
    expect(JSON.parse(stdout)).toEqual({ items: [] });
  });

  it('shows a position of the read model whose topic it is, with who did what and why', async () => {
    const { exitCode, stdout } = await probity('show', '--at', 'matrix.E09000012@10432');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('stopped (RULE)');
    expect(stdout).toContain('tried');
    expect(services.requests()).toEqual([
      'operator GET /v1/projections/matrix/parked/positions/matrix.E09000012/0/10432?generation=live',
    ]);
  });

  it('asks both for a record, and says when neither has it', async () => {
    expect((await probity('show', '--record', RECORD.toUpperCase())).exitCode).toBe(0);
    expect(await probity('show', '--record', RECORD, '--projection', 'safeguarding')).toMatchObject({ exitCode: 1, stdout: '' }); // prettier-ignore
  });

  it('redrives the record of a position, in the generation that is named', async () => {
    const { exitCode, stdout } = await probity('redrive', '--at', 'matrix.E09000012/0@10432', '--generation', 'next', ...WHY); // prettier-ignore
    expect(exitCode).toBe(0);
    expect(stdout).toContain('done');
    expect(posts()).toEqual([`operator POST /v1/projections/matrix/parked/records/${RECORD}/redrive?generation=next`]); // prettier-ignore
  });

  it('redrives every parked record once with --all, and no rejected position', async () => {
    heads = [HEAD, { ...HEAD, recordId: 'x', kind: 'REJECTED' }];
    expect((await probity('redrive', '--all', ...WHY)).exitCode).toBe(0);
    expect(posts()).toHaveLength(2);
  });

  it('ends with 1 and names what it stopped at when something still waits', async () => {
    outcome = STOPPED;
    const { exitCode, stdout, stderr } = await probity('redrive', '--record', RECORD, ...WHY);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('matrix.E09000012/0@10432  RULE: still so');
    expect(stderr).toContain('1 of 1 records still wait.');
  });

  it('says that a rejected position is not for a redrive', async () => {
    outcome = { ...DONE, applied: 0 };
    const { exitCode, stderr } = await probity('redrive', '--record', RECORD, ...WHY);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('They can be discarded, not redriven.');
  });

  it('discards a position for a reason', async () => {
    const { exitCode, stderr } = await probity('discard', '--at', 'matrix.E09000012/0@10432', '--reason', 'forged'); // prettier-ignore
    expect(exitCode).toBe(0);
    expect(stderr).toContain('Discarded matrix.E09000012/0@10432, which was rejected: SIGNATURE.');
  });

  it.each([
    [['redrive', '--record', RECORD]],
    [['redrive', '--all', '--reason', ' ']],
    [['redrive', ...WHY]],
    [['redrive', '--all', '--record', RECORD, ...WHY]],
    [['discard', '--at', 'matrix.E09000012/0@10432']],
    [['discard', '--at', 'elsewhere@1', '--reason', 'forged']],
    [['show', '--record', 'somebody']],
    [['show', '--at', 'matrix.E09000012@1', '--projection', 'safeguarding']],
    [['list', '--projection', 'partner']],
  ])('%j is a usage error that changes nothing', async (words) => {
    expect(await probity(...words)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(posts()).toEqual([]);
  });
});
