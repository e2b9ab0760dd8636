import { Writable } from 'node:stream';
import type { CommandContext } from '../src/context.js';
import type { ExitCode } from '../src/exit-code.js';
import type { Stack } from '../src/http/stack.js';
import { Output } from '../src/output/output.js';
import { run } from '../src/program.js';
import type { StackReadiness } from '../src/stack/readiness.js';

/** What a command line left behind. */
export interface CommandRun {
  exitCode: ExitCode;
  stdout: string;
  stderr: string;
}

const WHOLE_BROKER = {
  lacking: () => Promise.resolve([]),
  make: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * Runs a command line in this process, against the given stack.
 *
 * @param onNote told what is said on stderr, as it is said
 */
export async function runCommand(
  words: readonly string[],
  openStack: (as?: string) => Stack,
  readiness: StackReadiness = { ready: true, processes: [] },
  repair: Awaited<ReturnType<CommandContext['brokerRepair']>> = WHOLE_BROKER,
  onNote: (text: string) => void = () => undefined,
): Promise<CommandRun> {
  const stdout = new Collector();
  const stderr = new Collector(onNote);
  const context: CommandContext = {
    output: new Output(stdout, stderr, {}),
    openStack,
    stackReadiness: () => Promise.resolve(readiness),
    brokerRepair: () => Promise.resolve(repair),
  };
  const exitCode = await run(words, context);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  text = '';

  constructor(private readonly onText: (text: string) => void = () => undefined) {
    super();
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.text += piece.toString('utf8');
    this.onText(piece.toString('utf8'));
    done();
  }
}
