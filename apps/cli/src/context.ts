import { Option } from 'commander';
import type { BrokerRepair } from '@probity/local-stack';
import type { Stack } from './http/stack.js';
import type { Output } from './output/output.js';
import type { StackReadiness } from './stack/readiness.js';

/** What every command works with: its ways out and its ways to the stack. */
export interface CommandContext {
  output: Output;
  /** The stack that the environment names, with the persona of `--as` where that is given; throws with exit code 3 where there is none. */
  openStack(as?: string): Stack;
  /** How the processes of the stack are just now. */
  stackReadiness(): Promise<StackReadiness>;
  /** What a broker has lost and who may put it back: the operator on the machine of the stack. The command closes it. */
  brokerRepair(): Promise<Pick<BrokerRepair, 'lacking' | 'make' | 'close'>>;
}

/**
 * Lends a stack to a command and ends its connections afterwards, whatever happens.
 *
 * @param as value of `--as`, where the command has it
 */
export async function withStack<T>(
  context: CommandContext,
  work: (stack: Stack) => Promise<T>,
  as?: string,
): Promise<T> {
  const stack = context.openStack(as);
  try {
    return await work(stack);
  } finally {
    await stack.close();
  }
}

/** The option of a command that acts as a person. */
export function asOption(
  description = 'act as somebody made up, e.g. dpo; on a synthetic store alone',
): Option {
  return new Option('--as <persona>', description);
}

/** The text under a command's options that shows how it is used. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}
