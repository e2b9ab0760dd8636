import { Argument, Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT, UsageError } from '../exit-code.js';
import { actsTable, generationsTable } from '../projection/generation-tables.js';
import type { GenerationReport } from '../projection/generation-report.js';
import {
  builderOf,
  pathOf,
  readModelArgument,
  READ_MODELS,
  type ReadModelName,
} from '../projection/read-models.js';
import { diffCommand } from './projection-diff.command.js';
import { rebuildCommand } from './projection-rebuild.command.js';

interface ActOptions {
  accept?: string;
  reason?: string;
  allowStale?: boolean;
  yes?: boolean;
  json?: boolean;
}

const ABOUT = `Works with the generations of a read model. A generation is built from the first event beside the live one, compared
with it row by row, and takes its name in one transaction: readers find the one or the other, never nothing.

The usual way: rebuild, diff, switch. The generation that was live stays as the previous one until the next switch, so that
rollback can bring it back. Every act is recorded with who, when, why and over which differences.`;

const SWITCH = `Makes the next generation live. Refused while any row differs, and the first that differs is named. Differences that
are meant are accepted by their digest, as diff tells it, so that exactly what was looked at is accepted.`;

const ROLLBACK = `Makes the previous generation live again, after bringing it to where the live one is. If this version of the code did not
build it, it cannot do so; then --allow-stale shows older rows, and the projector waits until a generation of its own is live.`;

/** `probity projection`: read models built anew beside, compared, switched. */
export function projectionCommand(context: CommandContext): Command {
  const projection = new Command('projection')
    .summary('rebuild a read model beside the live one, compare and switch')
    .description(ABOUT)
    .addHelpText(
      'after',
      examples(
        'probity projection list',
        'probity projection rebuild matrix',
        'probity projection diff matrix',
        'probity projection switch matrix',
      ),
    );
  const builders = [listCommand, rebuildCommand, diffCommand, switchCommand, rollbackCommand, dropCommand];
  for (const build of builders) projection.addCommand(build(context));
  return projection;
}

function listCommand(context: CommandContext): Command {
  return new Command('list')
    .summary('list the generations and what was done to them')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity projection list', 'probity projection list --json'))
    .action(async ({ json }: ActOptions) =>
      withStack(context, async (stack) => {
        const reports = await Promise.all(
          READ_MODELS.map(async (name) => builderOf(stack, name).get<GenerationReport>(pathOf(name))),
        );
        tell(context, reports, json, { projections: reports });
      }),
    );
}

function switchCommand(context: CommandContext): Command {
  return new Command('switch')
    .summary('make the next generation live')
    .description(SWITCH)
    .addArgument(readModelArgument())
    .option('--accept <digest>', 'accept exactly the differences with this digest')
    .option('--reason <text>', 'why; kept for ever, so name no person')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'probity projection switch matrix',
        'probity projection switch matrix --accept <digest> --reason "bands follow model 2"',
      ),
    )
    .action(async (name: ReadModelName, { accept, reason, json }: ActOptions) => {
      if (accept !== undefined && reason === undefined) throw new UsageError('--accept needs --reason.');
      await act(context, name, 'switch', { ...(accept && { accept }), ...(reason && { reason }) }, json);
    });
}

function rollbackCommand(context: CommandContext): Command {
  return new Command('rollback')
    .summary('make the previous generation live again')
    .description(ROLLBACK)
    .addArgument(readModelArgument())
    .requiredOption('--reason <text>', 'why; kept for ever, so name no person')
    .option('--allow-stale', 'also when older rows would be shown')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity projection rollback matrix --reason "bands are wrong"'))
    .action(async (name: ReadModelName, { reason, allowStale, json }: ActOptions) => {
      await act(context, name, 'rollback', { reason, ...(allowStale === true && { allowStale }) }, json);
    });
}

function dropCommand(context: CommandContext): Command {
  return new Command('drop')
    .summary('remove the next or the previous generation')
    .addArgument(readModelArgument())
    .addArgument(new Argument('<generation>', 'which; never the live one').choices(['next', 'previous']))
    .option('--reason <text>', 'why; kept for ever, so name no person')
    .option('--yes', 'do it')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity projection drop matrix previous --yes'))
    .action(async (name: ReadModelName, generation: string, { reason, yes, json }: ActOptions) => {
      if (yes !== true)
        throw new CommandError(EXIT.refused, 'Nothing was dropped.', 'To remove the generation, add --yes.');
      await act(context, name, 'drop', { generation, ...(reason && { reason }) }, json);
    });
}

async function act(
  context: CommandContext,
  name: ReadModelName,
  verb: 'switch' | 'rollback' | 'drop',
  body: object,
  json: boolean | undefined,
): Promise<void> {
  await withStack(context, async (stack) => {
    const report = await builderOf(stack, name).post<GenerationReport>(`${pathOf(name)}/${verb}`, body);
    tell(context, [report], json, report);
    if (report.hold) context.output.note(`${name} is held: ${report.hold.detail}; ${report.hold.remedy}.`);
  });
}

function tell(
  { output }: CommandContext,
  reports: readonly GenerationReport[],
  json: boolean | undefined,
  document: unknown,
): void {
  if (json === true) {
    output.json(document);
    return;
  }
  output.data(generationsTable(reports));
  const acts = actsTable(reports);
  if (acts !== null) output.data(`\n${acts}`);
}
