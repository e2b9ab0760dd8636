import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LoginFile, type Login } from './login-file.js';

const LOGIN: Login = { cert: 'c', key: 'k', tokens: { accessToken: 'a', refreshToken: 'r', endsAt: 1 } };
let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'probity-login-'));
  folder = join(home, 'login');
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

describe('the file of a login', () => {
  it('is readable by its owner alone, and so is its folder', () => {
    const file = LoginFile.create(folder, 'dpo', LOGIN);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(LoginFile.current(folder)?.read()).toEqual(LOGIN);
  });

  it('is none before a login and after a logout', () => {
    expect(LoginFile.current(folder)).toBeNull();
    LoginFile.create(folder, 'dpo', LOGIN).remove();
    expect(LoginFile.current(folder)).toBeNull();
  });

  it('is renewed by one command at a time', async () => {
    const file = LoginFile.create(folder, 'dpo', LOGIN);
    let [inside, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(async () => file.alone(work)));
    expect(most).toBe(1);
  });

  it('does not wait for a command that has ended', async () => {
    const file = LoginFile.create(folder, 'dpo', LOGIN);
    // Above the greatest process id that systems give.
    writeFileSync(`${file.path}.lock`, '2147483646');
    await expect(file.alone(async () => 7)).resolves.toBe(7);
  });
});
