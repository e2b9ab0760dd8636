import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import {
  nothingParked,
  parkedOf,
  reasonOf,
  targetOf,
  withCommonOptions,
  withTarget,
  type ParkedOptions,
  type ParkedTarget,
} from '../parked/parked-options.js';
import { parsePosition, placeOf, type ParkedPosition } from '../parked/parked-position.js';
import { detailTables, headsTable } from '../parked/parked-tables.js';
import { redriveCommand } from './parked-redrive.command.js';

const ABOUT = `Shows and takes back events that a read model could not apply. Such an event waits with every later event of its
record, while all others go on; what is not proved to be an event of the record that it names is rejected alone.
Positions and reasons are shown, never what an event holds.`;

/** `probity parked`: events that a read model could not apply, and the way back. */
export function parkedCommand(context: CommandContext): Command {
  const parked = new Command('parked')
    .summary('show and take back events that were not applied')
    .description(ABOUT)
    .addHelpText(
      'after',
      examples(
        'probity parked',
        'probity parked show --at matrix.E09000012/0@10432',
        'probity parked redrive --all --reason "the key of the writer is registered now"',
      ),
    );
  parked.addCommand(listCommand(context), { isDefault: true });
  parked.addCommand(showCommand(context));
  parked.addCommand(redriveCommand(context));
  parked.addCommand(discardCommand(context));
  return parked;
}

function listCommand(context: CommandContext): Command {
  return withCommonOptions(new Command('list'))
    .summary('list parked records and rejected positions')
    .description('Lists parked records, each by the event that it waits for, and rejected positions.')
    .addHelpText('after', examples('probity parked list', 'probity parked list --projection matrix --json'))
    .action(async (options: ParkedOptions) =>
      withStack(context, async (stack) => {
        const heads = [];
        for (const parked of parkedOf(stack, options))
          for await (const head of parked.heads()) heads.push({ projection: parked.projection, ...head });
        if (options.json === true) context.output.json({ items: heads });
        else if (heads.length > 0) context.output.data(headsTable(heads));
        else context.output.note('Nothing is parked.');
      }),
    );
}

function showCommand(context: CommandContext): Command {
  return withTarget(withCommonOptions(new Command('show')))
    .summary('show what is parked of a record or at a position')
    .description('Shows everything that is parked of a record or at a position, and who did what about it.')
    .addHelpText(
      'after',
      examples(
        'probity parked show --at matrix.E09000012/0@10432',
        'probity parked show --record 5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2',
      ),
    )
    .action(async (options: ParkedOptions & ParkedTarget) =>
      withStack(context, async (stack) => {
        const of = targetOf(options);
        const found = [];
        for (const parked of parkedOf(stack, options)) {
          const detail = await parked.show(of);
          if (detail !== null) found.push(detail);
        }
        if (found.length === 0) throw nothingParked();
        if (options.json === true) context.output.json({ found });
        else for (const detail of found) context.output.data(detailTables(detail));
      }),
    );
}

function discardCommand(context: CommandContext): Command {
  return withCommonOptions(new Command('discard'))
    .summary('forget a rejected position')
    .description(
      'Forgets a rejected position: a forged or damaged one, or a second history. What has an effect is refused.',
    )
    .requiredOption('--at <position>', 'topic/partition@offset', parsePosition)
    .requiredOption('--reason <text>', 'why; kept, so it names no person')
    .addHelpText('after', examples('probity parked discard --at matrix.E09000012/0@10432 --reason forged'))
    .action(async (options: ParkedOptions & { at: ParkedPosition; reason: string }) =>
      withStack(context, async (stack) => {
        for (const parked of parkedOf(stack, options)) {
          const item = await parked.discard(options.at, reasonOf(options.reason));
          if (options.json === true) context.output.json(item);
          else context.output.note(`Discarded ${placeOf(item.position)}, which was rejected: ${item.code}.`);
        }
      }),
    );
}
