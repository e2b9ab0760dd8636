import { spawn, type ChildProcess } from 'node:child_process';
import { inProject } from '@probity/local-stack';

/** How a process ended and what it printed. */
export interface ProcessEnd {
  /** Null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A built program of the project that runs as a process of its own. */
export class NodeProcess {
  /** Settles when the process has ended and everything that it printed has arrived. */
  readonly ended: Promise<ProcessEnd>;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;
  readonly #heard = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#tell();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#tell();
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#hasEnded = true;
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
        this.#tell();
      });
    });
    // Whoever wants to know awaits it; until then it is no unhandled rejection.
    this.ended.catch(() => undefined);
  }

  /**
   * Starts a program below `dist`.
   *
   * @param entry path below `dist`, with slashes
   */
  static start(entry: string, args: readonly string[], env: NodeJS.ProcessEnv): NodeProcess {
    const words = [inProject('dist', ...entry.split('/')), ...args];
    return new NodeProcess(spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** @throws Error when the process ends before it has printed such a text to standard output */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#stdout)) {
      if (this.#hasEnded) throw new Error(`It ended without ${String(pattern)}: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#heard.add(resolve);
      });
    }
  }

  /** What such a text on standard error says. @throws Error when the process ends before it has said it */
  async noted(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stderr);
      if (found !== null) return found;
      if (this.#hasEnded) throw new Error(`It ended without ${String(pattern)}: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#heard.add(resolve);
      });
    }
  }

  /** Asks the process to end and waits for it. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    this.child.kill('SIGTERM');
    await this.ended;
  }

  /** Ends the process at once, as a crash would. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  #tell(): void {
    for (const resolve of this.#heard) resolve();
    this.#heard.clear();
  }
}
