import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer, type Play, type SeenRequest } from '../../test/contract-stack.js';
import { REPORT_HEADER } from '../import/report-file.js';

let services: ContractStack;
let folder: string;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
  services.play = importing();
  folder = mkdtempSync(join(tmpdir(), 'probity-import-'));
  mkdirSync(join(folder, 'lists'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());
const at = (...names: string[]): string => join(folder, ...names);
const list = (name: string, text = `list of ${name}\n`): string => {
  writeFileSync(at('lists', name), text);
  return at('lists', name);
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const askedFirst = (text: string): string =>
  `central-1 GET /v1/migration-windows?borough=E09000002&fileHash=${sha256(text)}`;
const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: { title: 'No', code, ...more },
});

const job = (id: string, problems: number): object => ({
  id,
  state: 'completed',
  bytes: { total: 10, read: 10 },
  rows: {
    read: 3,
    ENTERED: 2,
    PROPOSED: 0,
    REGISTERED: 0,
    REFUSED: 1 - problems,
    DUPLICATE: 0,
    PROBLEM: problems,
  },
  dropped: { home_address: 3, pnc_id: 2, nickname: 1 },
  groups: { designated: 1, audited: 0, unchanged: 0, problems: [] },
  problem: null,
});

/** The services on a good day; a rule given goes before, where it does not answer undefined. */
function importing(rule: (request: SeenRequest) => Answer | null | undefined = () => undefined): Play {
  return (request) => {
    const ruled = rule(request);
    if (ruled !== undefined) return ruled;
    const { method, path, person, body } = request;
    if (method === 'GET' && path.startsWith('/v1/migration-windows'))
      return { status: 200, body: { items: [] } };
    if (path === '/v1/migration-windows')
      return { status: 201, body: { id: 'w-1', state: 'requested', requestedBy: person } };
    if (path === '/v1/imports')
      return {
        status: 201,
        body: { id: `i-${(JSON.parse(body) as { borough: string }).borough}`, state: 'awaiting-upload' },
      };
    if (path.endsWith('/report'))
      return { status: 200, body: `${REPORT_HEADER}\n${path.split('/')[3] ?? ''},SYN-1,2,ENTERED,,,\n` };
    if (path.endsWith('/problem-rows')) return { status: 200, body: 'SYN-Person;bad row\n' };
    if (method === 'GET')
      return { status: 200, body: job(path.split('/')[3] ?? '', path.endsWith('3') ? 1 : 0) };
    return { status: 200 };
  };
}

describe('probity import of one list', () => {
  it('two people open the window, then the officer of the borough sends and waits', async () => {
    const { exitCode, stdout } = await probity('import', list('E09000002.csv'));
    expect(exitCode).toBe(0);
    expect(services.requests()).toEqual([
      askedFirst('list of E09000002.csv\n'),
      'central-1 POST /v1/migration-windows',
      'central-2 POST /v1/migration-windows/w-1/approve',
      'officer-E09000002 POST /v1/imports',
      'officer-E09000002 PUT /v1/imports/i-E09000002/file',
      'officer-E09000002 GET /v1/imports/i-E09000002',
    ]);
    const window = { borough: 'E09000002', fileHash: sha256('list of E09000002.csv\n'), groupsHash: null };
    expect(JSON.parse(services.seen[1]!.body)).toEqual({ ...window, asAt: '2026-11-01T09:00:00.000Z' });
    expect(JSON.parse(services.seen[3]!.body)).toEqual({
      ...window,
      fileName: 'E09000002.csv',
      dryRun: false,
      windowId: 'w-1',
    });
    expect(services.seen[4]!.body).toBe('list of E09000002.csv\n');
    expect(stdout).toMatch(/^E09000002 +3 +2 +0 +0 +1 +0 +0 +6 +1 +done$/m);
  });

  it('a request of central-2 is approved by central-1, for nobody approves their own', async () => {
    services.play = importing(({ path }) =>
      path === '/v1/migration-windows'
        ? { status: 200, body: { id: 'w-1', state: 'requested', requestedBy: 'central-2' } }
        : undefined,
    );
    await probity('import', list('E09000002.csv'));
    expect(services.requests()).toContain('central-1 POST /v1/migration-windows/w-1/approve');
  });

  it('an open window is used as it is', async () => {
    services.play = importing(({ path }) =>
      path === '/v1/migration-windows'
        ? { status: 200, body: { id: 'w-7', state: 'open', requestedBy: 'central-1' } }
        : undefined,
    );
    await probity('import', list('E09000002.csv'));
    expect(services.requests().some((request) => request.includes('approve'))).toBe(false);
    expect(JSON.parse(services.seen[2]!.body)).toMatchObject({ windowId: 'w-7' });
  });

  it('[R-72] no window is asked for again for a file that was read to its end, so that nothing is refused and logged', async () => {
    services.play = importing(({ method, path }) => {
      if (path === '/v1/imports') return problem(409, 'GOV-007', { importId: 'i-old' });
      return method === 'GET' && path.startsWith('/v1/migration-windows')
        ? { status: 200, body: { items: [{ id: 'w-1', state: 'closed', requestedBy: 'central-1' }] } }
        : undefined;
    });
    expect((await probity('import', list('E09000002.csv'))).exitCode).toBe(0);
    expect(services.requests()).not.toContain('central-1 POST /v1/migration-windows');
  });

  it('a dry run opens no window, says so, and moves no clock', async () => {
    const path = list('E09000002.csv');
    expect(await probity('import', path, '--dry-run')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('nothing was added'),
    });
    expect(services.requests()[0]).toBe('officer-E09000002 POST /v1/imports');
    expect(JSON.parse(services.seen[0]!.body)).toMatchObject({ dryRun: true, windowId: null });
    services.reset();
    expect((await probity('import', path, '--dry-run', '--as-at', '2026-12-01T09:00:00Z')).exitCode).toBe(1);
    expect(services.seen).toEqual([]);
  });

  it('on a real store the command opens no window, but uses the one that two people opened', async () => {
    const open = (): ReturnType<typeof services.open> => {
      services.loggedIn = 'officer-E09000002';
      return services.open({ synthetic: false, clockMode: 'real' });
    };
    const path = list('E09000002.csv');
    const windows = (...items: object[]): Play =>
      importing(({ path: asked }) =>
        asked.startsWith('/v1/migration-windows?') ? { status: 200, body: { items } } : undefined,
      );
    services.play = windows({ id: 'w-5', state: 'open', groupsHash: null });
    expect((await runCommand(['import', path], open)).exitCode).toBe(0);
    expect(JSON.parse(services.seen[1]!.body)).toMatchObject({ windowId: 'w-5' });
    services.reset();
    services.play = windows(
      { id: 'w-5', state: 'open', groupsHash: 'other' },
      { id: 'w-6', state: 'requested', groupsHash: null },
    );
    const refused = await runCommand(['import', path], open);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('(GOV-008)') });
    expect(services.requests().some((request) => request.includes('POST'))).toBe(false);
  });

  it('a file that was read to its end adds nothing, and its report is fetched again', async () => {
    services.play = importing(({ path }) => {
      if (path === '/v1/migration-windows') return problem(409, 'GOV-007');
      return path === '/v1/imports' ? problem(409, 'GOV-007', { importId: 'i-old' }) : undefined;
    });
    const { exitCode, stderr } = await probity('import', list('E09000002.csv'), '--report', at('report.csv'));
    expect(exitCode).toBe(0);
    expect(stderr).toContain('already read to its end; nothing was added');
    expect(readFileSync(at('report.csv'), 'utf8')).toBe(`${REPORT_HEADER}\ni-old,SYN-1,2,ENTERED,,,\n`);
    expect(services.requests().some((request) => request.includes('PUT'))).toBe(false);
  });

  it('an import that runs already is waited for, not sent again', async () => {
    services.play = importing(({ path }) =>
      path === '/v1/imports' ? { status: 201, body: { id: 'i-E09000002', state: 'running' } } : undefined,
    );
    expect((await probity('import', list('E09000002.csv'))).exitCode).toBe(0);
    expect(services.requests().some((request) => request.includes('PUT'))).toBe(false);
  });

  it('--as-at sets the clock of every process first, and is refused when it is later already', async () => {
    services.pretendRunning('governance');
    const path = list('E09000002.csv');
    await probity('import', path, '--as-at', '2026-11-02T09:00:00Z');
    expect(services.requests().slice(0, 3)).toEqual([
      'operator PUT /v1/clock',
      askedFirst('list of E09000002.csv\n'),
      'central-1 POST /v1/migration-windows',
    ]);
    expect(JSON.parse(services.seen[2]!.body)).toMatchObject({ asAt: '2026-11-02T09:00:00.000Z' });
    services.seen.length = 0;
    expect((await probity('import', path, '--as-at', '2026-11-01T09:00:00Z')).exitCode).toBe(1);
    expect(services.seen).toEqual([]);
  });

  it.each([
    ['E09000001.csv', 1, 'SCH-004'],
    ['list.csv', 2, '--borough'],
  ])('%s is refused with exit code %d before anything is sent', async (name, exitCode, said) => {
    expect(await probity('import', list(name))).toMatchObject({
      exitCode,
      stderr: expect.stringContaining(said),
    });
    expect(services.seen).toEqual([]);
  });

  it('a report that cannot be written is refused before anything is sent', async () => {
    const path = list('E09000002.csv');
    expect((await probity('import', path, '--report', at('missing', 'report.csv'))).exitCode).toBe(1);
    expect((await probity('import', path, '--report', path)).exitCode).toBe(1);
    expect((await probity('import', path, '--problem-rows', at('lists'))).exitCode).toBe(1);
    expect(services.seen).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('list of E09000002.csv\n');
  });
});

describe('probity import of a folder', () => {
  it('sends every list with the groups and its dialect, and gathers the reports in order', async () => {
    for (const name of ['E09000004.csv', 'E09000002.csv', 'E09000003.csv', 'expected.csv']) list(name);
    list('groups.csv', 'groups');
    list('boroughs.csv', 'gss_code,name,dialect\nE09000003,Barnet,semicolon\n');
    const { exitCode, stderr } = await probity(
      'import',
      at('lists'),
      '--report',
      at('r.csv'),
      '--problem-rows',
      at('rows'),
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain('expected.csv');
    const ids = ['i-E09000002', 'i-E09000003', 'i-E09000004'];
    expect(readFileSync(at('r.csv'), 'utf8')).toBe(
      [REPORT_HEADER, ...ids.map((id) => `${id},SYN-1,2,ENTERED,,,`), ''].join('\n'),
    );
    expect(
      services.seen.filter(({ path, body }) => path.endsWith('/groups') && body === 'groups'),
    ).toHaveLength(3);
    const created = services.seen
      .filter(({ path }) => path === '/v1/imports')
      .map(({ body }) => JSON.parse(body) as object);
    expect(created).toContainEqual(
      expect.objectContaining({ borough: 'E09000003', adapter: 'semicolon', groupsHash: sha256('groups') }),
    );
    expect(readFileSync(at('rows', 'E09000003.csv'), 'utf8')).toBe('SYN-Person;bad row\n');
    expect(existsSync(at('rows', 'E09000002.csv'))).toBe(false);
    for (const path of [at('r.csv'), at('rows', 'E09000003.csv')])
      expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('a file that is refused does not keep the others, and the end is exit code 1', async () => {
    for (const name of ['E09000001.csv', 'E09000002.csv', 'E09000003.csv']) list(name);
    services.play = importing(({ path, body }) =>
      path === '/v1/imports' && body.includes('E09000002')
        ? problem(422, 'SCH-002', { detail: 'A column is unknown.' })
        : undefined,
    );
    const { exitCode, stdout, stderr } = await probity('import', at('lists'), '--json');
    expect(exitCode).toBe(1);
    const { files } = JSON.parse(stdout) as {
      files: { borough: string; result: string; problem: { code: string } | null }[];
    };
    expect(files.map(({ borough, result, problem: told }) => [borough, result, told?.code])).toEqual([
      ['E09000001', 'failed', 'SCH-004'],
      ['E09000002', 'failed', 'SCH-002'],
      ['E09000003', 'completed', undefined],
    ]);
    expect(stderr).toContain('E09000002: A column is unknown. (SCH-002)');
  });

  it('a service that goes away ends the run with exit code 3 and says how to go on', async () => {
    for (const name of ['E09000002.csv', 'E09000003.csv', 'E09000004.csv']) list(name);
    services.play = importing(({ path }) => (path.endsWith('/file') ? null : undefined));
    const { exitCode, stdout, stderr } = await probity('import', at('lists'), '--report', at('r.csv'));
    expect(exitCode).toBe(3);
    expect(stderr).toContain(
      'run the same command again: it goes on where it stopped, and nothing is added twice.',
    );
    expect(stdout).toMatch(/^E09000004 .*not finished$/m);
    expect(services.seen.some(({ person }) => person === 'officer-E09000004')).toBe(false);
    expect(existsSync(at('r.csv'))).toBe(false);
  });

  it('no row of a list is ever printed', async () => {
    for (const name of ['E09000002.csv', 'E09000003.csv']) list(name, 'SYN-Person');
    const { stdout, stderr } = await probity('import', at('lists'), '--problem-rows', at('rows'));
    expect(stdout + stderr).not.toContain('SYN-');
    expect(stderr).not.toContain('\u001B');
  });
});
