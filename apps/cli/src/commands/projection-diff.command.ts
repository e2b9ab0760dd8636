import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import { formatCount } from '../output/table.js';
import type { GenerationDifference } from '../projection/generation-report.js';
import { differenceTable, firstDifference } from '../projection/generation-tables.js';
import { builderOf, pathOf, readModelArgument, type ReadModelName } from '../projection/read-models.js';

const ABOUT = `Compares every row of the next generation with the live one, both at the same positions of the topics. Shown are tables,
keys and names of columns, never what stands in a row. Exit code 0 means that they are alike, 1 that they differ.`;

/** `probity projection diff`: what the next generation has otherwise than the live one. */
export function diffCommand(context: CommandContext): Command {
  return new Command('diff')
    .summary('compare the next generation with the live one')
    .description(ABOUT)
    .addArgument(readModelArgument())
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity projection diff matrix', 'probity projection diff matrix --json'))
    .action(async (name: ReadModelName, { json }: { json?: boolean }) =>
      withStack(context, async (stack) => {
        const found = await builderOf(stack, name).get<GenerationDifference>(`${pathOf(name)}/diff`);
        if (json === true) context.output.json(found);
        else context.output.data(differenceTable(found));
        if (found.differences > 0) throw differing(name, found);
        context.output.note(`The generations are alike. Next: probity projection switch ${name}.`);
      }),
    );
}

function differing(name: ReadModelName, found: GenerationDifference): CommandError {
  const first = firstDifference(found);
  return new CommandError(
    EXIT.refused,
    `${formatCount(found.differences)} rows or columns differ.${first === null ? '' : ` The first: ${first}.`}`,
    `If that is meant: probity projection switch ${name} --accept ${found.digest} --reason TEXT.`,
  );
}
