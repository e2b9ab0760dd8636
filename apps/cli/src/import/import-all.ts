import { basename } from 'node:path';
import { CommandError, EXIT } from '../exit-code.js';
import { UnreachableError } from '../http/service-client.js';
import { importFile, type ImportRun } from './import-file.js';
import type { FileOutcome } from './import-job.js';
import { outcomeInWords } from './import-summary.js';
import type { SourceFile } from './source-files.js';

/** Files that are on their way at the same time. */
const PARALLEL = 2;

/** The stack went away before every file was done. Exit code 3. */
class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';

  constructor(cause: UnreachableError) {
    super(
      EXIT.notReady,
      `${cause.service} stopped answering before every file was done.`,
      'Start the stack if need be and run the same command again: it goes on where it stopped, and nothing is added twice.',
    );
  }
}

/** What became of the files, in their order, and the interruption that kept some from being started, if any. */
export interface ImportResult {
  outcomes: FileOutcome[];
  interruption: InterruptedError | null;
}

/**
 * Imports files, two at a time, and hands each outcome over in the order of the files as soon as those before it are done.
 *
 * @param onOutcome called for one outcome after the other
 */
export async function importAll(
  run: ImportRun,
  files: readonly SourceFile[],
  onOutcome: (outcome: FileOutcome) => Promise<void>,
): Promise<ImportResult> {
  let interruption: InterruptedError | null = null;
  const attempt = async (file: SourceFile): Promise<FileOutcome> => {
    if (interruption !== null) return unfinished(file);
    try {
      const outcome = await importFile(run, file);
      run.progress.finish(file.borough, outcomeInWords(outcome));
      return outcome;
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      interruption ??= new InterruptedError(error);
      return unfinished(file);
    }
  };
  const outcomes: FileOutcome[] = [];
  for (const pending of inLanes(files, PARALLEL, attempt)) {
    const outcome = await pending;
    outcomes.push(outcome);
    try {
      await onOutcome(outcome);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      interruption ??= new InterruptedError(error);
    }
  }
  return { outcomes, interruption };
}

/** Starts a task per item with at most `lanes` at a time; the promises come in the order of the items. */
export function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: number,
  task: (item: Item) => Promise<Result>,
): Promise<Result>[] {
  const results: Promise<Result>[] = [];
  for (const [index, item] of items.entries()) {
    const running = results.slice(0, index);
    const turn = index < lanes ? Promise.resolve() : settledCount(running, index - lanes + 1);
    const result = turn.then(async () => task(item));
    // Each is awaited in turn; one that fails before its turn must not end the process.
    result.catch(() => undefined);
    results.push(result);
  }
  return results;
}

/** Resolves when `count` of the promises have ended, well or badly. */
async function settledCount(promises: readonly Promise<unknown>[], count: number): Promise<void> {
  let settled = 0;
  return new Promise((resolve) => {
    const note = (): void => {
      settled += 1;
      if (settled >= count) resolve();
    };
    for (const promise of promises) promise.then(note, note);
  });
}

function unfinished(file: SourceFile): FileOutcome {
  const { borough, path } = file;
  return {
    borough,
    fileName: basename(path),
    result: 'unfinished',
    fileHash: null,
    job: null,
    problem: null,
  };
}
