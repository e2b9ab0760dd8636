import { Argument } from 'commander';
import type { ServiceClient } from '../http/service-client.js';
import type { Stack } from '../http/stack.js';

/** Read models of the stack; each is built by a process of its own. */
export const READ_MODELS = ['matrix', 'safeguarding'] as const;

/** Name of a read model. */
export type ReadModelName = (typeof READ_MODELS)[number];

/** Who may act on generations. */
const OPERATOR = 'operator';

/** The argument of a command that names one of them. */
export function readModelArgument(): Argument {
  return new Argument('<projection>', 'the read model').choices(READ_MODELS);
}

/** The process that builds a read model, as the operator. */
export function builderOf(stack: Stack, name: ReadModelName): ServiceClient {
  return stack.service(`projector-${name}`, OPERATOR);
}

/** Address of a read model at its builder. */
export function pathOf(name: ReadModelName): string {
  return `/v1/projections/${name}`;
}
