import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import { renderTable } from '../output/table.js';
import {
  alarmLines,
  readReconciliation,
  verifiedUpTo,
  type Reconciliation,
} from '../reconciliation/reconciliation.js';
import type { StackReadiness } from '../stack/readiness.js';

interface StatusOptions {
  wait: number;
  json?: boolean;
}

/** How often a stack that is not ready is looked at again, ms of real time. */
const LOOK_MS = 500;

/** `probity status`: whether every process of the stack is ready; exit code 0 only then. */
export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .summary('show whether the stack is ready')
    .description(
      `Shows every process of the stack and whether it is ready, how far everything is verified, and every open alarm.
Exit code 0 only when all processes are ready, else 3. Alarms do not change it: see probity reconcile.`,
    )
    .option('--wait <seconds>', 'wait until all are ready, at most this long', parseSeconds, 0)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity status', 'probity status --wait 60 && probity import lists'))
    .action(async (options: StatusOptions) => {
      const status = await readyOrLast(context, options.wait * 1_000);
      const reconciliation = await reconciliationOf(context, status);
      if (options.json === true) context.output.json({ ...status, reconciliation });
      else {
        context.output.data(statusTable(status));
        if (reconciliation !== null)
          context.output.data(['', verifiedUpTo(reconciliation), ...alarmLines(reconciliation)].join('\n'));
      }
      if (!status.ready) throw notReady(status);
    });
}

async function readyOrLast(context: CommandContext, waitMs: number): Promise<StackReadiness> {
  const end = performance.now() + waitMs;
  for (;;) {
    const status = await context.stackReadiness();
    if (status.ready || performance.now() >= end) return status;
    await pause(LOOK_MS);
  }
}

/** Null while whoever verifies does not answer: that it does not is in the table. */
async function reconciliationOf(
  context: CommandContext,
  { processes }: StackReadiness,
): Promise<Reconciliation | null> {
  const verifiers = processes.filter(({ name }) => name === 'audit-ledger' || name.startsWith('projector-'));
  if (verifiers.length === 0 || verifiers.some(({ state }) => state !== 'ready' && state !== 'held'))
    return null;
  try {
    return await withStack(context, readReconciliation);
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

function statusTable(status: StackReadiness): string {
  return renderTable(
    [
      { heading: 'Process' },
      { heading: 'State' },
      { heading: 'Port', align: 'right' },
      { heading: 'Detail' },
    ],
    status.processes.map(({ name, state, port, detail }) => [
      name,
      state,
      port === null ? null : String(port),
      detail,
    ]),
  );
}

function notReady(status: StackReadiness): CommandError {
  const waiting = status.processes.filter(({ state }) => state !== 'ready').map(({ name }) => name);
  return new CommandError(
    EXIT.notReady,
    `Not ready: ${waiting.join(', ')}.`,
    'Start the stack with npm start, or wait with probity status --wait 60.',
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 3_600)
    throw new InvalidArgumentError('It must be a whole number of seconds up to 3600.');
  return seconds;
}
