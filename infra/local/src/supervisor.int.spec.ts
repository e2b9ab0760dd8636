import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackHome } from './home.js';
import { freePortBase } from './ports.js';
import { isAlive, readRunFile } from './run-files.js';
import { startStack, type RunningStack } from './stack.js';
import { stackStatus } from './status.js';

describe('a stack of servers alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-stack-'));
  const home = new StackHome(folder);
  let env: NodeJS.ProcessEnv;
  let stack: RunningStack;

  const pidOf = (name: string): number => readRunFile(home, name)?.pid ?? 0;
  const states = async (): Promise<string[]> =>
    (await stackStatus(home)).processes.slice(0, 2).map(({ name, state }) => `${name} ${state}`);

  beforeAll(async () => {
    env = { ...process.env, PROBITY_HOME: folder, PROBITY_PORT_BASE: String(await freePortBase()) };
    stack = await startStack({ env, apps: [], durable: false });
  }, 300_000);

  afterAll(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('says that both are ready', async () => {
    expect(await states()).toEqual(['postgres ready', 'kafka ready']);
  });

  it('refuses a second start from the same home, and names the ports to one from another home', async () => {
    await expect(startStack({ env, apps: [] })).rejects.toThrow(/already runs from .*set PROBITY_HOME/);
    const taken = startStack({ env: { ...env, PROBITY_HOME: join(folder, 'other') }, apps: [] });
    await expect(taken).rejects.toThrow(/Ports \d+ \(postgres\), \d+ \(kafka\).* already in use/);
    expect(await states()).toEqual(['postgres ready', 'kafka ready']);
  }, 60_000);

  it('starts a killed server again where it was', async () => {
    const before = pidOf('postgres');
    await stack.kill('postgres');
    expect(isAlive(before)).toBe(false);
    await stack.restart('postgres');
    expect(await states()).toEqual(['postgres ready', 'kafka ready']);
  }, 60_000);

  it('stops everything and says why when something dies unasked', async () => {
    const pids = [pidOf('postgres'), pidOf('kafka')];
    process.kill(pidOf('postgres'), 'SIGKILL');
    const reason = await stack.failed;
    expect(reason.message).toMatch(
      /^postgres ended unasked \(SIGKILL\), so the stack was stopped: read .*postgres\.log/,
    );
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect((await stackStatus(home)).running).toBe(false);
  }, 60_000);
});
