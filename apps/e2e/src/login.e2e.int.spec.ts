import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { askReady, prepareHome, readManifest, waitUntil } from '@probity/local-stack';
import { request, Agent } from 'undici';
import { Browser } from './browser.js';
import { NodeProcess } from './node-process.js';
import { Store } from './store.js';

interface LoginOnDisk {
  cert: string;
  key: string;
  tokens: { accessToken: string; refreshToken: string; endsAt: number };
}

interface Who {
  staffId: string;
  role: string;
  borough: string | null;
  tokenUntil: string;
}

describe('logging in on the command line', () => {
  let store: Store;
  let provider: NodeProcess;

  beforeAll(async () => {
    store = await Store.create();
    await prepareHome(store.home, readManifest(), new Date());
    provider = await startProvider();
  });
  beforeEach(async () => {
    await store.probity('logout');
  });
  afterAll(async () => {
    await provider.stop();
    await store.remove();
  });

  async function startProvider(): Promise<NodeProcess> {
    const started = NodeProcess.start('apps/identity-provider/src/main.js', [], store.env);
    const isUp = async (): Promise<boolean> =>
      (await askReady(store.home, store.config.ports.identity)).ready;
    expect(await waitUntil(isUp, 30_000)).toBe(true);
    return started;
  }

  const folder = (): string => store.config.paths.login;
  const file = (): string => join(folder(), readdirSync(folder())[0]!);
  const kept = (): LoginOnDisk => JSON.parse(readFileSync(file(), 'utf8')) as LoginOnDisk;

  /** Makes the access token on disk look as if it ended in a moment. */
  function age(): void {
    const login = kept();
    writeFileSync(file(), JSON.stringify({ ...login, tokens: { ...login.tokens, endsAt: 0 } }));
  }

  /** Whether a service is told that a token counts. */
  async function counts(token: string): Promise<boolean> {
    const agent = new Agent({ connect: store.config.serviceTls('vault') });
    const { body } = await request(`${store.config.issuer}/token/introspection`, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    });
    const { active } = (await body.json()) as { active: boolean };
    await agent.destroy();
    return active;
  }

  /** Logs in with `probity login` in one hand and a browser in the other. */
  async function logIn(persona: string, browser: Browser): Promise<Who> {
    const waiting = store.startProbity('login', '--json');
    const [, address = '', code = ''] = await waiting.noted(
      /Open (\S+) in a browser and enter the code (\S+)/,
    );
    await browser.open(address);
    await browser.submit({ user_code: code });
    expect(browser.page).toContain(code);
    await browser.submit({ confirm: 'yes' });
    await browser.submit({ persona });
    expect(browser.heading).toBe('You are logged in');
    const { code: exitCode, stdout } = await waiting.ended;
    expect(exitCode).toBe(0);
    return JSON.parse(stdout) as Who;
  }

  it('shows an address and a code, waits until both were used in a browser, and keeps the login to its owner', async () => {
    const browser = new Browser(store.config.issuer, store.config.issuerCa());
    const who = await logIn('supervisor-E09000012', browser);
    expect(who).toMatchObject({ role: 'borough-supervisor', borough: 'E09000012' });
    expect(await store.json<Who>('whoami')).toEqual(who);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    // The next person at the same desk is asked who they are, and the first login ends.
    const first = kept();
    expect(await logIn('dpo', browser)).toMatchObject({ role: 'data-protection-officer', borough: null });
    await browser.close();
    expect(readdirSync(folder())).toEqual(['dpo.json']);
    expect(await counts(first.tokens.accessToken)).toBe(false);
    expect(await counts(kept().tokens.accessToken)).toBe(true);
  });

  it('--as logs somebody made up in at once, and prints neither token nor key', async () => {
    const { code, stdout, stderr } = await store.probity('login', '--as', 'dpo');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/dpo \(STAFF-\d{4}\), data protection officer/),
    ]);
    const { tokens, key } = kept();
    for (const secret of [tokens.accessToken, tokens.refreshToken, key.split('\n')[1]!])
      expect(stdout + stderr).not.toContain(secret);
  });

  it('is renewed once for all commands that run, before its token ends', async () => {
    await store.probity('login', '--as', 'auditor');
    const before = kept().tokens;
    age();
    const runs = await Promise.all([store.probity('whoami'), store.probity('whoami')]);
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const after = kept().tokens;
    expect([after.accessToken, after.refreshToken]).not.toContain(before.refreshToken);
    expect(await counts(after.accessToken)).toBe(true);
  });

  it('logout revokes it at once; whoami then knows nobody', async () => {
    await store.probity('login', '--as', 'dpo');
    const { accessToken } = kept().tokens;
    expect(await store.json('logout')).toEqual({ loggedOut: true, revoked: true });
    expect(await counts(accessToken)).toBe(false);
    expect(readdirSync(folder())).toEqual([]);
    expect(await store.probity('whoami')).toMatchObject({ code: 1, stdout: '' });
  });

  it('ends for a person whom the operator shuts out, also when the provider starts again, until they are let in', async () => {
    await store.probity('login', '--as', 'dpo');
    const { staffId } = await store.json<Who>('whoami');
    const order = async (verb: string): Promise<number> =>
      (
        await store.call({
          process: 'identity',
          as: 'operator',
          method: 'POST',
          path: `/v1/people/${staffId}/${verb}`,
          content: {},
        })
      ).status;
    expect(await order('revoke')).toBe(204);
    age();
    const ended = await store.probity('whoami');
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('Your login has ended.') });
    await provider.stop();
    provider = await startProvider();
    expect((await store.probity('login', '--as', 'dpo')).code).toBe(1);
    expect(await order('restore')).toBe(204);
    expect((await store.probity('login', '--as', 'dpo')).code).toBe(0);
  });

  it('says so when the provider does not run; a logout removes the file all the same', async () => {
    await store.probity('login', '--as', 'dpo');
    await provider.stop();
    expect((await store.probity('login', '--as', 'dpo')).code).toBe(3);
    const { code, stderr } = await store.probity('logout');
    expect([code, stderr]).toEqual([0, expect.stringContaining('was not told')]);
    expect(readdirSync(folder())).toEqual([]);
    provider = await startProvider();
  });
});
