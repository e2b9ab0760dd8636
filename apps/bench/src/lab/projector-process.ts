import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Lab } from './lab.js';
import { appFile } from './scratch.js';

/** A projector of the matrix in a process of its own, as the stack runs it, on the databases and topics of a lab. */
export class ProjectorProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #log: string;

  constructor(lab: Lab) {
    this.#log = lab.home.logFile('bench-projector');
    const output = openSync(this.#log, 'a', 0o600);
    this.#child = spawn(process.execPath, [appFile('projector', 'main')], {
      cwd: lab.home.root,
      env: { ...lab.env, NODE_ENV: 'production', TZ: 'UTC', PROJECTIONS: 'matrix' },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve));
    lab.disposer.add(() => this.stop());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error when the process is gone */
  assertRunning(): void {
    if (this.#child.exitCode !== null) throw new Error(`the projector ended: read ${this.#log}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
