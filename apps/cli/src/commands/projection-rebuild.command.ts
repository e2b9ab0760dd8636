import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import type { Stack } from '../http/stack.js';
import { createRecordsProgress } from '../output/records-progress.js';
import { formatCount } from '../output/table.js';
import type { GenerationReport } from '../projection/generation-report.js';
import { builderOf, pathOf, readModelArgument, type ReadModelName } from '../projection/read-models.js';
import { untilReady, type RebuildWatch } from '../projection/rebuild.js';

interface RebuildOptions {
  /** False with `--no-wait`. */
  wait: boolean;
  reason?: string;
  json?: boolean;
}

const ABOUT = `Builds the next generation of a read model from the first event, beside the live one, and waits until it has caught up.
Readers and the live generation go on. Broken off, it is taken up where it stopped by the same command.`;

/** `probity projection rebuild`: builds the next generation, or goes on with it. */
export function rebuildCommand(context: CommandContext): Command {
  return new Command('rebuild')
    .summary('build the next generation beside the live one')
    .description(ABOUT)
    .addArgument(readModelArgument())
    .option('--no-wait', 'end at once; probity projection list shows how far it is')
    .option('--reason <text>', 'why; kept for ever, so name no person')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples('probity projection rebuild matrix', 'probity projection rebuild safeguarding --no-wait'),
    )
    .action(async (name: ReadModelName, options: RebuildOptions) =>
      withStack(context, async (stack) => rebuild(context, stack, name, options)),
    );
}

async function rebuild(
  context: CommandContext,
  stack: Stack,
  name: ReadModelName,
  { wait, reason, json }: RebuildOptions,
): Promise<void> {
  const { output } = context;
  const service = builderOf(stack, name);
  const begun = await service.post<GenerationReport>(`${pathOf(name)}/rebuild`, reason ? { reason } : {});
  const from = begun.rebuild?.resumedFrom ?? 0;
  if (from > 0) output.note(`Resumed from ${formatCount(from)} records.`);
  const report = wait
    ? await watched(context, name, (watch) => untilReady(service, pathOf(name), begun, watch))
    : begun;
  if (json === true) output.json(report);
  else output.data(sentenceOf(report));
  if (wait) output.note(`Next: probity projection diff ${name}, then probity projection switch ${name}.`);
}

async function watched<T>(
  { output }: CommandContext,
  name: string,
  work: (watch: RebuildWatch) => Promise<T>,
): Promise<T> {
  const bar = createRecordsProgress(output);
  try {
    return await work({
      progress: (done, total, rate) => {
        bar.show(rate === null ? name : `${name}, ${formatCount(rate)}/s`, done, total);
      },
      problem: (sentence) => {
        output.note(`Not yet: ${sentence}.`);
      },
    });
  } finally {
    bar.stop();
  }
}

function sentenceOf({ projection, generations, rebuild: progress }: GenerationReport): string {
  const next = generations.find(({ place }) => place === 'next');
  const state = progress?.ready === true ? 'is ready' : 'is being built';
  const [done, total] = [formatCount(progress?.done ?? 0), formatCount(progress?.total ?? 0)];
  return `Generation ${formatCount(next?.generation ?? 0)} of ${projection} ${state}: ${done} of ${total} records.`;
}
