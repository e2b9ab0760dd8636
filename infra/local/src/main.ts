import { parseArgs } from 'node:util';
import { appsOf } from './apps.js';
import { toTerminal } from './progress.js';
import { importSampleLists } from './sample-lists.js';
import { reasonOf, StackError } from './stack-error.js';
import { Supervisor } from './supervisor.js';
import { welcome } from './welcome.js';

/** The start was refused, or something died. */
const FAILED = 1;
/** Ended by a second Ctrl-C: processes were killed, not stopped. */
const KILLED = 130;
/** One Ctrl-C may come twice, from the terminal and from npm; a second one counts after this many ms. */
const ECHO_MS = 1_000;
/** How often a stack that npm started looks whether npm is still there, in ms. */
const PARENT_CHECK_MS = 1_000;

const say = (error: unknown): void => {
  const text = error instanceof StackError ? error.message : `The stack failed: ${reasonOf(error)}`;
  process.stderr.write(`\n${text}\n`);
};

/** Runs a stack until it is told to stop or something of it dies; sets the exit code and ends the process. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { empty: { type: 'boolean', default: false } } });
  const startedAt = performance.now();
  const supervisor = new Supervisor({ progress: toTerminal });
  obeySignals(supervisor);
  await supervisor.start();
  void supervisor.failed.then((reason) => {
    say(reason);
    process.exit(FAILED);
  });
  if (!values.empty) {
    await importSampleLists(supervisor.home, supervisor.env, supervisor.stopRequested, toTerminal).catch(say);
  }
  if (supervisor.stopRequested.aborted) return;
  toTerminal(
    welcome(
      supervisor.home,
      supervisor.ports,
      appsOf(supervisor.env),
      (performance.now() - startedAt) / 1_000,
    ),
  );
}

function obeySignals(supervisor: Supervisor): void {
  let firstAt: number | undefined;
  const stop = (): void => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt < ECHO_MS) return;
      toTerminal('Killing everything');
      void supervisor.stopHard().finally(() => process.exit(KILLED));
      return;
    }
    firstAt = performance.now();
    toTerminal('\nStopping; once more Ctrl-C kills everything at once');
    void supervisor.stop().then(() => {
      toTerminal('Stopped');
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  stopWithParent(stop);
}

/** When npm is killed its child is told nothing; nothing may be left running then. */
function stopWithParent(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, PARENT_CHECK_MS);
}

await main().catch((error: unknown) => {
  say(error);
  process.exit(FAILED);
});
