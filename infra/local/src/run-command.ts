import { spawn } from 'node:child_process';

/** How a command ended and what it printed. */
export interface CommandResult {
  /** Null when it could not be run or was ended by a signal. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Where and as whom a command runs. */
export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Ends the command. */
  signal?: AbortSignal;
}

/** Runs a command to its end. It never rejects: a command that cannot be run has no status and says why in `stderr`. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('utf8');
    child.once('error', (error) => {
      resolve({ status: null, stdout: text(out), stderr: `${text(err)}${error.message}` });
    });
    child.once('close', (status) => {
      resolve({ status, stdout: text(out), stderr: text(err) });
    });
  });
}
