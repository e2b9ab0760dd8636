import { basename } from 'node:path';
import { Command } from 'commander';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { readContent } from '../import/file-hash.js';
import { importAll, type ImportResult } from '../import/import-all.js';
import { problemOf, type GroupsFile, type ImportRun } from '../import/import-file.js';
import type { FileOutcome } from '../import/import-job.js';
import { groupProblems, importTable, outcomeInWords, totalsOf } from '../import/import-summary.js';
import { ImportOutputs } from '../import/import-outputs.js';
import { findSourceFiles, type SourceFiles } from '../import/source-files.js';
import { createImportProgress } from '../output/import-progress.js';
import { readClock, setClockEverywhere } from '../stack/clock.js';
import { untilSignal } from '../stack/signals.js';
import { parseTime } from '../time/instant.js';

interface ImportOptions {
  asAt?: string;
  groups?: string;
  adapter?: string;
  borough?: string;
  dryRun?: boolean;
  report?: string;
  problemRows?: string;
  as?: string;
  json?: boolean;
}

/** `probity import`: brings borough lists under the operating model, and tells what became of every row. */
export function importCommand(context: CommandContext): Command {
  return new Command('import')
    .summary('import borough lists')
    .description(
      'Imports a borough’s list, or every <GSS>.csv of a folder (boroughs.csv there names the dialects, groups.csv the\n' +
        'designated groups). Two files are on their way at a time. The same content is never added twice.',
    )
    .argument('<path>', 'a list named after its borough (E09000012.csv), or a folder of lists')
    .option('--as-at <time>', 'first set the clock of the whole stack to this time (RFC 3339)')
    .option('--borough <code>', 'GSS code of the borough, for one file with another name')
    .option('--groups <file>', 'list of designated groups to send with the files')
    .option('--adapter <name>', 'dialect of the files, instead of finding it out')
    .option('--dry-run', 'decide and report every row, but add nothing')
    .option('--report <file>', 'write the outcome of every row to this CSV file, readable by you alone')
    .option(
      '--problem-rows <folder>',
      'write the rows that cannot be read to <folder>/<GSS>.csv, readable by you alone',
    )
    .addOption(asOption())
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      examples(
        'probity import lists/E09000012.csv --groups lists/groups.csv',
        'probity import lists --as-at 2026-11-01T09:00:00Z --report outcome.csv --problem-rows to-correct',
        'probity import new-list.csv --borough E09000012 --dry-run --json',
      ),
    )
    .action(async (path: string, options: ImportOptions) => runImport(context, path, options));
}

async function runImport(context: CommandContext, path: string, options: ImportOptions): Promise<void> {
  const told = options.asAt === undefined ? null : parseTime(options.asAt);
  const sources = findSourceFiles(path, options);
  sayWhatIsLeftOut(context, sources);
  const outputs = await ImportOutputs.open(options, sources, context.output);
  try {
    await withStack(
      context,
      async (stack) => {
        const asAt = await decisionTime(stack, told, options.dryRun === true);
        const groups = await groupsOf(sources);
        const progress = createImportProgress(context.output, sources.files.length);
        const run: ImportRun = { stack, groups, asAt, isDryRun: options.dryRun === true, progress };
        const collect = async (outcome: FileOutcome): Promise<void> => outputs.collect(stack, outcome);
        const work = importAll(run, sources.files, collect).finally(() => {
          progress.stop();
        });
        summarise(context, run, sources, await untilSignal(work, interrupted), options);
      },
      options.as,
    );
  } finally {
    await outputs.close();
  }
}

function sayWhatIsLeftOut({ output }: CommandContext, sources: SourceFiles): void {
  if (sources.skipped.length > 0) output.note(`Skipped, no borough’s list: ${sources.skipped.join(', ')}`);
  for (const { refusal } of sources.outside) output.note(refusal.message);
  if (sources.unusedGroups !== null) {
    output.note(`The groups beside the list are not sent. To send them: --groups ${sources.unusedGroups}`);
  }
}

/**
 * Domain time of the decisions; null on a store that runs on real time. A dry run changes nothing, so it cannot move a
 * clock that never goes back.
 */
async function decisionTime(stack: Stack, told: string | null, isDryRun: boolean): Promise<string | null> {
  if (told === null) return stack.config.clockMode === 'controlled' ? readClock(stack) : null;
  const stands = readClock(stack);
  if (isDryRun && stands < told) {
    throw new CommandError(
      EXIT.refused,
      `The clock stands at ${stands}, and a dry run does not move it.`,
      `Set it first: probity clock set ${told}`,
    );
  }
  return (await setClockEverywhere(stack, told)).now;
}

async function groupsOf(sources: SourceFiles): Promise<GroupsFile | null> {
  return sources.groups === null ? null : { path: sources.groups, ...(await readContent(sources.groups)) };
}

function summarise(
  { output }: CommandContext,
  run: ImportRun,
  sources: SourceFiles,
  { outcomes, interruption }: ImportResult,
  options: ImportOptions,
): void {
  const refused = sources.outside.map(({ borough, refusal }): FileOutcome => ({
    borough,
    fileName: `${borough}.csv`,
    result: 'failed',
    fileHash: null,
    job: null,
    problem: problemOf(refusal),
  }));
  const all = [...refused, ...outcomes].sort((a, b) => (a.borough < b.borough ? -1 : 1));
  if (options.json === true) {
    output.json({
      asAt: run.asAt,
      dryRun: run.isDryRun,
      interrupted: interruption !== null,
      files: all,
      totals: totalsOf(all),
    });
  } else {
    output.data(importTable(all));
    if (run.isDryRun) output.note('Dry run: nothing was added.');
  }
  sayWhatToLookAt(output, sources, outcomes, options);
  if (interruption !== null) throw interruption;
  const failed = all.filter(({ result }) => result === 'failed').length;
  if (failed > 0)
    throw new CommandError(EXIT.refused, `${failed} of ${all.length} files could not be imported.`);
}

function sayWhatToLookAt(
  output: CommandContext['output'],
  sources: SourceFiles,
  outcomes: readonly FileOutcome[],
  options: ImportOptions,
): void {
  for (const outcome of outcomes) {
    if (outcome.result === 'already-read') output.note(`${outcome.borough}: ${outcomeInWords(outcome)}.`);
    if (outcome.problem !== null) output.note(`${outcome.borough}: ${inOneLine(outcome)}`);
  }
  const groupsName = basename(sources.groups ?? 'groups.csv');
  for (const { line, code } of groupProblems(outcomes))
    output.note(`${groupsName} line ${line}: not used (${code}).`);
  const problems = totalsOf(outcomes).rows.PROBLEM;
  if (problems > 0 && options.problemRows === undefined) {
    output.note(
      `${problems} rows could not be read. Run again with --problem-rows <folder> within 24 hours to get them back.`,
    );
  }
}

function inOneLine({ problem }: FileOutcome): string {
  const said = [
    problem?.detail ?? problem?.title,
    problem?.remedy,
    problem?.code ? `(${problem.code})` : null,
  ];
  return said.filter((part) => typeof part === 'string').join(' ');
}

function interrupted(): CommandError {
  return new CommandError(
    EXIT.refused,
    'Interrupted.',
    'Run the same command again: it goes on where it stopped, and nothing is added twice.',
  );
}
