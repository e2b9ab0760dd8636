import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import {
  alarmLines,
  lanesTable,
  readReconciliation,
  runReconciliation,
  verifiedUpTo,
  type Reconciliation,
} from '../reconciliation/reconciliation.js';

interface ReconcileOptions {
  json?: boolean;
}

const ABOUT = `Shows how far event store, topics and read models have been compared with each other, and what was found. This goes on
all the time: every record of a topic is verified once against its writer's signature and the store, and what was verified is
looked at again and again, as are the rows of the read models.

Exit code 1 when an alarm is open. An alarm closes by itself once a check finds things whole again.`;

/** `probity reconcile`: what is verified, and what is not as it should be. */
export function reconcileCommand(context: CommandContext): Command {
  const reconcile = new Command('reconcile')
    .summary('show what is verified, and every open alarm')
    .description(ABOUT)
    .addHelpText('after', examples('probity reconcile status', 'probity reconcile now --json'));
  reconcile.addCommand(
    checkCommand(context, 'status', 'show how far everything is verified', readReconciliation),
  );
  reconcile.addCommand(
    checkCommand(context, 'now', 'check everything once from its beginning', runReconciliation),
  );
  return reconcile;
}

function checkCommand(
  context: CommandContext,
  name: string,
  summary: string,
  look: (stack: Stack) => Promise<Reconciliation>,
): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
    .option('--json', 'print JSON')
    .addHelpText('after', examples(`probity reconcile ${name}`, `probity reconcile ${name} --json`))
    .action(async ({ json }: ReconcileOptions) =>
      withStack(context, async (stack) => {
        tell(context, await look(stack), json === true);
      }),
    );
}

function tell({ output }: CommandContext, found: Reconciliation, isJson: boolean): void {
  if (isJson) output.json(found);
  else {
    output.data(lanesTable(found));
    output.note(verifiedUpTo(found));
    for (const line of alarmLines(found)) output.note(line);
  }
  const { length } = found.alarms;
  if (length > 0)
    throw new CommandError(
      EXIT.refused,
      length === 1 ? 'An alarm is open.' : `${String(length)} alarms are open.`,
      'See docs/how-to/when-an-alarm-is-raised.md.',
    );
  if (found.isComplete === false)
    throw new CommandError(
      EXIT.refused,
      'The check did not end within a minute.',
      'It goes on by itself: see probity reconcile status.',
    );
}
