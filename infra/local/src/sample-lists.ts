import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { FIRST_INSTANT, type StackHome } from './home.js';
import type { Progress } from './progress.js';
import { inProject } from './project.js';
import { StackError } from './stack-error.js';

/**
 * Imports the sample lists into a store that has not had them, through the same command line that a person would use.
 *
 * @param env environment of the stack
 * @param signal ends the import when the stack stops
 * @throws StackError when the import does not finish; it can be run again, for an import resumes where it stopped
 */
export async function importSampleLists(
  home: StackHome,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  if (home.readStamp().sampleLists === 'imported') return;
  const folder = inProject('infra', 'sample-lists');
  const cli = inProject('dist', 'apps', 'cli', 'src', 'main.js');
  for (const needed of [folder, cli]) {
    if (!existsSync(needed))
      throw new StackError(
        `The sample lists were not imported, for ${needed} is missing: run npm run build.`,
      );
  }
  progress('Importing the sample lists');
  const args = [cli, 'import', folder, '--as-at', FIRST_INSTANT];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'], signal });
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => {
      resolve(null);
    });
  });
  if (code === 0) {
    home.restamp({ sampleLists: 'imported' });
    return;
  }
  throw new StackError(
    `The import of the sample lists did not finish (exit code ${String(code)}): try npx probity import infra/sample-lists --as-at ${FIRST_INSTANT} while the stack runs.`,
  );
}
