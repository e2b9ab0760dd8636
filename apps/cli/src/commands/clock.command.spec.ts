import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
  services.play = () => ({ status: 204, body: '' });
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());
const clockFile = (): unknown => JSON.parse(readFileSync(join(services.home, 'clock.json'), 'utf8'));
/** Above every process number that Linux gives out (PID_MAX_LIMIT). */
const NO_PROCESS = 2 ** 22 + 1;

describe('probity clock', () => {
  it('shows the time', async () => {
    expect(await probity('clock')).toMatchObject({ exitCode: 0, stdout: '2026-11-01T09:00:00.000Z\n' });
    expect((await probity('clock', 'show', '--json')).stdout).toContain('"now": "2026-11-01T09:00:00.000Z"');
  });

  it('advance tells every running process as operator, then writes the file', async () => {
    services.pretendRunning('borough-ingest');
    services.pretendRunning('governance');
    services.pretendRunning('postgres', 1);
    services.pretendRunning('vault', 1, NO_PROCESS);
    const { exitCode, stdout, stderr } = await probity('clock', 'advance', '28d');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '2026-11-29T09:00:00.000Z\n' });
    expect(stderr).toContain('borough-ingest, governance');
    expect(
      services.seen.map(({ person, path, body }) => [person, path, JSON.parse(body) as unknown]),
    ).toEqual([1, 2].map(() => ['operator', '/v1/clock', { now: '2026-11-29T09:00:00.000Z' }]));
    expect(clockFile()).toEqual({ now: '2026-11-29T09:00:00.000Z' });
  });

  it('says which process did not acknowledge, and keeps the time that others have', async () => {
    services.pretendRunning('borough-ingest');
    services.pretendRunning('projector-matrix', 1);
    const { exitCode, stderr } = await probity('clock', 'set', '2026-12-01T09:00:00Z');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('not acknowledged by projector-matrix. Set the same time again');
    expect(clockFile()).toEqual({ now: '2026-12-01T09:00:00.000Z' });
  });

  it('leaves the file when no process took the time', async () => {
    services.pretendRunning('borough-ingest');
    services.play = () => ({ status: 409, body: { title: 'The clock never goes back', code: 'CLK-001' } });
    expect((await probity('clock', 'set', '2026-12-01T09:00:00Z')).exitCode).toBe(1);
    expect(clockFile()).toEqual({ now: '2026-11-01T09:00:00.000Z' });
  });

  it('never goes back', async () => {
    services.pretendRunning('borough-ingest');
    const { exitCode, stderr } = await probity('clock', 'set', '2026-10-31T09:00:00Z');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('(CLK-001)');
    expect(services.seen).toEqual([]);
  });

  it('the time that stands may be set again, for a process that missed it', async () => {
    services.pretendRunning('vault');
    expect((await probity('clock', 'set', '2026-11-01T09:00:00Z')).exitCode).toBe(0);
    expect(services.requests()).toEqual(['operator PUT /v1/clock']);
  });

  it('real time cannot be set', async () => {
    const onRealTime = await runCommand(['clock', 'advance', '1d'], () =>
      services.open({ clockMode: 'real' }),
    );
    expect(onRealTime).toMatchObject({ exitCode: 1 });
    expect(onRealTime.stderr).toContain('(CLK-002)');
  });

  it('what is no time is a usage error before anything is sent', async () => {
    services.pretendRunning('vault');
    expect((await probity('clock', 'set', 'tomorrow')).exitCode).toBe(2);
    expect((await probity('clock', 'advance', 'a while')).exitCode).toBe(2);
    expect(services.seen).toEqual([]);
  });
});
