import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tokens } from './login-client.js';

/** A login as it lies on disk. */
export interface Login {
  /** Certificate that the tokens are bound to, PEM. */
  cert: string;
  /** Its key, PKCS#8 PEM. */
  key: string;
  tokens: Tokens;
}

const SUFFIX = '.json';
/** How often a lock that somebody else holds is looked at again, ms of real time. */
const LOOK_MS = 50;

/** The file of a login: tokens, and the key that they are bound to. Its owner alone may read it. */
export class LoginFile {
  private constructor(readonly path: string) {}

  /**
   * The login of this machine; `null` when nobody is logged in. There is one at a time.
   *
   * @param folder `login` of the stack
   */
  static current(folder: string): LoginFile | null {
    const [newest] = filesIn(folder).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    return newest === undefined ? null : new LoginFile(newest);
  }

  /**
   * Keeps a login. Whoever was logged in before is to be logged out by the caller.
   *
   * @param name who it is: letters, digits and hyphens
   */
  static create(folder: string, name: string, login: Login): LoginFile {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    const file = new LoginFile(join(folder, `${name}${SUFFIX}`));
    file.write(login);
    return file;
  }

  read(): Login {
    return JSON.parse(readFileSync(this.path, 'utf8')) as Login;
  }

  /** Whole or not at all. */
  write(login: Login): void {
    const draft = `${this.path}.${String(process.pid)}.new`;
    writeFileSync(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  /**
   * Lets one process at a time renew a login: a refresh token is good once, and its second use is taken for theft.
   * The lock of a process that has ended counts for nothing.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const lock = `${this.path}.lock`;
    while (!taken(lock)) {
      if (holderIsGone(lock)) rmSync(lock, { force: true });
      else await pause(LOOK_MS);
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => join(folder, name));
}

function taken(lock: string): boolean {
  try {
    const handle = openSync(lock, 'wx', 0o600);
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderIsGone(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Zero: the holder has made the lock and not yet written who it is.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
