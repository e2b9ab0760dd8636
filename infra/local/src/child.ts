import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import type { StackHome } from './home.js';
import type { ServerUser } from './postgres-user.js';
import { removeRunFile, waitUntil, writeRunFile } from './run-files.js';

/** A log that has grown beyond this many bytes is set aside as `<name>.log.1` at the next start. */
const LOG_LIMIT = 16 * 1024 * 1024;

/** How a process of the stack is started and stopped. */
export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  /** The child's whole environment. */
  env: NodeJS.ProcessEnv;
  port: number | null;
  /** Text of the command line that tells this child from any other process. */
  marker: string;
  /** Signal that asks it to end in good order. */
  stopSignal: NodeJS.Signals;
  /** How long it may take to do so, in ms of real time, before it is killed. */
  graceMs: number;
  /** User to run as; only root can ask for one. */
  user?: ServerUser;
}

/** How a process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

let setpriv: boolean | undefined;

/** Whether `setpriv` (Linux) is here: it makes the kernel stop a child whose parent was killed. */
export function hasSetpriv(): boolean {
  setpriv ??= process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;
  return setpriv;
}

/** A running process of the stack. Its output goes to `logs/<name>.log`; it is in a session of its own, so Ctrl-C does not reach it. */
export class StackChild {
  readonly name: string;
  /** Settles when the process has ended, however that came. */
  readonly ended: Promise<Ending>;
  ending: Ending | null = null;
  readonly #process: ChildProcess;
  readonly #spec: ChildSpec;

  private constructor(spec: ChildSpec, child: ChildProcess, home: StackHome) {
    this.name = spec.name;
    this.#spec = spec;
    this.#process = child;
    this.ended = new Promise((resolve) => {
      const settle = (ending: Ending): void => {
        this.ending ??= ending;
        removeRunFile(home, spec.name);
        resolve(ending);
      };
      child.once('exit', (code, signal) => {
        settle({ code, signal });
      });
      child.once('error', () => {
        settle({ code: null, signal: null });
      });
    });
  }

  /** Starts the process and writes its run file. */
  static start(spec: ChildSpec, home: StackHome, now: Date): StackChild {
    const log = openLog(home.logFile(spec.name));
    const [command, args] = guarded(spec);
    const child = spawn(command, args, {
      cwd: home.root,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(spec.user !== undefined && !hasSetpriv() ? { uid: spec.user.uid, gid: spec.user.gid } : {}),
    });
    closeSync(log);
    child.unref();
    const started = new StackChild(spec, child, home);
    if (child.pid !== undefined) {
      const run = { pid: child.pid, port: spec.port, startedAt: now.toISOString(), marker: spec.marker };
      writeRunFile(home, spec.name, run);
    }
    return started;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get spec(): ChildSpec {
    return this.#spec;
  }

  /** Keeps this process alive while the child runs; without it the child does not. */
  hold(): void {
    this.#process.ref();
  }

  /** Asks the process to end, and kills it when its time is over. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.ending !== null) return;
    this.#process.ref();
    this.#process.kill(this.#spec.stopSignal);
    if (!(await waitUntil(() => this.ending !== null, this.#spec.graceMs))) this.#process.kill('SIGKILL');
    await this.ended;
  }

  /** Sends a signal and waits for the end. For tests of crashes, and for a second Ctrl-C. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.ending !== null) return;
    this.#process.ref();
    this.#process.kill(signal);
    await this.ended;
  }
}

function guarded(spec: ChildSpec): [string, string[]] {
  if (!hasSetpriv()) return [spec.command, [...spec.args]];
  const flags = ['--pdeathsig', spec.stopSignal.replace(/^SIG/, '')];
  const user = spec.user === undefined ? [] : setprivUser(spec.user);
  return ['setpriv', [...flags, ...user, '--', spec.command, ...spec.args]];
}

/** Flags that make `setpriv` run a command as a user. */
export function setprivUser({ uid, gid, keepDacOverride }: ServerUser): string[] {
  const ids = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const caps = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return keepDacOverride ? [...ids, ...caps] : ids;
}

function openLog(file: string): number {
  try {
    if (statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`);
  } catch {
    // No log yet.
  }
  return openSync(file, 'a', 0o600);
}
