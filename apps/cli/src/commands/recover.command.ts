import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT, UsageError } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { createRecordsProgress } from '../output/records-progress.js';
import {
  isNothingToDo,
  lanesTable,
  leftOver,
  remarksOf,
  type RecoveryOutcome,
} from '../recovery/recovery-outcome.js';
import { recoverService, RELAYING } from '../recovery/service-recovery.js';

interface RecoverOptions {
  dryRun?: boolean;
  yes?: boolean;
  topic?: string;
  json?: boolean;
}

const ABOUT = `Compares the event store with its topics, and makes each whole from the other: after a backup
of the database or of the brokers was restored, a topic was lost, or an event was deleted.

What the store lacks is taken back from the topics, each event verified by its writer's signature; what the topics lack
is sent again, to the same offsets where the store remembers them. Without --yes nothing is changed. Run again after it
was broken off, it goes on where it stopped. Exit code 0 means that everything is whole.`;

/** `probity recover`: store and topics made whole from each other. */
export function recoverCommand(context: CommandContext): Command {
  return new Command('recover')
    .summary('make store and topics whole from each other')
    .description(ABOUT)
    .option('--dry-run', 'show what would be done, and end with exit code 0')
    .option('--topic <name>', 'this topic alone, e.g. matrix.E09000012')
    .option('--yes', 'do it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity recover --dry-run',
        'probity recover --yes',
        'probity recover --yes --topic oversight',
      ),
    )
    .action(async (options: RecoverOptions) => {
      if (options.dryRun === true && options.yes === true)
        throw new UsageError('--dry-run and --yes exclude each other.');
      await withStack(context, async (stack) => recover(context, stack, options));
    });
}

async function recover(context: CommandContext, stack: Stack, options: RecoverOptions): Promise<void> {
  const { output } = context;
  const outcome = await outcomeOf(context, stack, options);
  if (outcome.services.every(({ run }) => run.report.lanes.length === 0))
    throw new UsageError(`No service has the topic ${options.topic ?? ''}.`);
  if (options.json === true) output.json(outcome);
  else {
    for (const sentence of outcome.broker) output.note(`The broker: ${sentence}.`);
    output.data(lanesTable(outcome));
    for (const sentence of remarksOf(outcome)) output.note(sentence);
  }
  if (outcome.dryRun) {
    if (options.dryRun === true || isNothingToDo(outcome)) return;
    throw new CommandError(EXIT.refused, 'Nothing was changed.', 'To do it, run probity recover --yes.');
  }
  const left = leftOver(outcome);
  if (left.length === 0) return;
  for (const sentence of left) output.note(sentence);
  throw new CommandError(EXIT.refused, 'Done, but not everything is whole.', 'What is left is said above.');
}

async function outcomeOf(
  context: CommandContext,
  stack: Stack,
  { yes, topic }: RecoverOptions,
): Promise<RecoveryOutcome> {
  const dryRun = yes !== true;
  const broker = await brokerLacking(context, dryRun);
  const outcome: RecoveryOutcome = { dryRun, broker, services: [] };
  const progress = createRecordsProgress(context.output);
  try {
    for (const service of RELAYING) {
      const tell = (done: number, total: number): void => {
        progress.show(service, done, total);
      };
      outcome.services.push({
        service,
        run: await recoverService(stack, service, { dryRun, topic, progress: tell }),
      });
    }
  } finally {
    progress.stop();
  }
  return outcome;
}

/** Only who administers the broker can make topics, and that is no service. */
async function brokerLacking(context: CommandContext, dryRun: boolean): Promise<string[]> {
  const repair = await context.brokerRepair();
  try {
    const lacking = await repair.lacking();
    if (!dryRun && lacking.length > 0) await repair.make();
    return lacking;
  } finally {
    await repair.close();
  }
}
