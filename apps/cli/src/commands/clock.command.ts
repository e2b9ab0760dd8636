import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { readClock, setClock, type ClockOutcome } from '../stack/clock.js';
import { addDuration, parseDuration, parseTime } from '../time/instant.js';

interface ClockOptions {
  json?: boolean;
}

/** `probity clock`: domain time of a synthetic store, which stands still until it is moved and never goes back. */
export function clockCommand(context: CommandContext): Command {
  const clock = new Command('clock')
    .summary('show or move the clock of the stack')
    .description('Shows or moves domain time. It stands still until it is moved, and never goes back.')
    .addHelpText(
      'after',
      examples('probity clock', 'probity clock set 2026-12-01T09:00:00Z', 'probity clock advance 28d'),
    );
  clock.addCommand(showCommand(context), { isDefault: true });
  clock.addCommand(setCommand(context));
  clock.addCommand(advanceCommand(context));
  return clock;
}

function showCommand(context: CommandContext): Command {
  return new Command('show')
    .summary('show the time')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity clock show --json'))
    .action(async (options: ClockOptions) =>
      withStack(context, async (stack) => {
        const now = readClock(stack);
        if (options.json === true) context.output.json({ now });
        else context.output.data(now);
      }),
    );
}

function setCommand(context: CommandContext): Command {
  return new Command('set')
    .summary('set the time in every running process')
    .argument('<time>', 'RFC 3339, e.g. 2026-12-01T09:00:00Z')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity clock set 2026-12-01T09:00:00Z'))
    .action(async (time: string, options: ClockOptions) => {
      const target = parseTime(time);
      await withStack(context, async (stack) => move(context, stack, target, options));
    });
}

function advanceCommand(context: CommandContext): Command {
  return new Command('advance')
    .summary('move the time on in every running process')
    .argument('<duration>', 'e.g. 28d, 6h, 1d12h')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity clock advance 28d', 'probity clock advance 6h'))
    .action(async (duration: string, options: ClockOptions) => {
      const ms = parseDuration(duration);
      await withStack(context, async (stack) =>
        move(context, stack, addDuration(readClock(stack), ms), options),
      );
    });
}

async function move(
  { output }: CommandContext,
  stack: Stack,
  target: string,
  options: ClockOptions,
): Promise<void> {
  const outcome = await setClock(stack, target);
  if (options.json === true) output.json(outcome);
  else if (outcome.acknowledged.length > 0 || outcome.missing.length === 0) output.data(outcome.now);
  for (const { process, reason } of outcome.missing) output.note(`${process} did not acknowledge: ${reason}`);
  if (outcome.missing.length > 0) throw notEverywhere(outcome);
  output.note(
    outcome.acknowledged.length === 0
      ? 'No process is running; they start at this time.'
      : `Acknowledged by ${outcome.acknowledged.join(', ')}.`,
  );
}

function notEverywhere({ now, missing }: ClockOutcome): CommandError {
  return new CommandError(
    EXIT.refused,
    `The clock was not acknowledged by ${missing.map(({ process }) => process).join(', ')}.`,
    `Set the same time again once they run: probity clock set ${now}`,
  );
}
