import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT, UsageError } from '../exit-code.js';
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
import type { ParkedOf, ProjectionName, Redriven } from '../parked/parked-service.js';
import { redrivenTable } from '../parked/parked-tables.js';

interface RedriveOptions extends ParkedOptions, ParkedTarget {
  all?: boolean;
  reason: string;
}

type Outcome = Redriven & { projection: ProjectionName; recordId: string };

const ABOUT = `Reads the parked events of a record again and applies them in order, as if they came for the first time, up to the
first that still cannot be applied. Nothing overtakes them and nothing is applied twice, however often it is asked for.
Exit code 0 means that nothing of it waits any more.`;

/** `probity parked redrive`: parked events taken back. */
export function redriveCommand(context: CommandContext): Command {
  return withTarget(withCommonOptions(new Command('redrive')))
    .summary('take parked events back once their cause is gone')
    .description(ABOUT)
    .option('--all', 'of every parked record')
    .requiredOption('--reason <text>', 'why; kept, so it names no person')
    .addHelpText(
      'after',
      examples(
        'probity parked redrive --at matrix.E09000012/0@10432 --reason "the vault has the key again"',
        'probity parked redrive --all --projection matrix --reason "corrected in 1.4.2"',
        'probity parked redrive --all --generation next --projection matrix --reason "corrected in 1.4.2"',
      ),
    )
    .action(async (options: RedriveOptions) =>
      withStack(context, async (stack) => {
        const reason = reasonOf(options.reason);
        if (options.all === true && (options.record ?? options.at) !== undefined)
          throw new UsageError('--all and --record or --at exclude each other.');
        const outcomes: Outcome[] = [];
        for (const parked of parkedOf(stack, options))
          for await (const recordId of recordsOf(parked, options))
            outcomes.push(...(await redriven(parked, recordId, reason)));
        if (outcomes.length === 0 && options.all !== true) throw nothingParked();
        tell(context, outcomes, options);
      }),
    );
}

/** The records that are meant, each once. */
async function* recordsOf(parked: ParkedOf, options: RedriveOptions): AsyncGenerator<string> {
  if (options.all === true) {
    const seen = new Set<string>();
    for await (const { recordId, kind } of parked.heads())
      if (recordId !== null && kind !== 'REJECTED' && !seen.has(recordId)) {
        seen.add(recordId);
        yield recordId;
      }
    return;
  }
  const target = targetOf(options);
  if (typeof target === 'string') {
    yield target;
    return;
  }
  const [item] = (await parked.show(target))?.items ?? [];
  if (item?.recordId === null)
    throw new CommandError(EXIT.refused, 'The key at this position names no record.', 'It can be discarded.');
  if (item) yield item.recordId;
}

async function redriven(parked: ParkedOf, recordId: string, reason: string): Promise<Outcome[]> {
  const found = (await parked.redrive(recordId, reason)) ?? [];
  return found.map((outcome) => ({ projection: parked.projection, recordId, ...outcome }));
}

function tell({ output }: CommandContext, outcomes: readonly Outcome[], { json }: RedriveOptions): void {
  if (json === true) output.json({ outcomes });
  else if (outcomes.length > 0) output.data(redrivenTable(outcomes));
  else output.note('Nothing is parked.');
  if (outcomes.some(tookNothing))
    output.note(
      'Where nothing was applied, only rejected positions are parked. They can be discarded, not redriven.',
    );
  const stopped = outcomes.filter(({ outcome }) => outcome === 'STOPPED').length;
  if (stopped > 0)
    throw new CommandError(
      EXIT.refused,
      `${stopped} of ${outcomes.length} records still wait.`,
      'Remove the cause that is named, then run the same command again.',
    );
}

/** A rejected position does not wait: a redrive neither takes it nor stops at it. */
function tookNothing({ outcome, applied, duplicates, left }: Outcome): boolean {
  return outcome === 'DONE' && applied + duplicates + left === 0;
}
