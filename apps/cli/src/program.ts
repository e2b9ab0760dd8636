import { Command, CommanderError } from 'commander';
import { accessCommand } from './commands/access.command.js';
import { clockCommand } from './commands/clock.command.js';
import { digestCommand } from './commands/digest.command.js';
import { importCommand } from './commands/import.command.js';
import { loginCommand } from './commands/login.command.js';
import { logoutCommand } from './commands/logout.command.js';
import { matrixCommand } from './commands/matrix.command.js';
import { openCommand } from './commands/open.command.js';
import { parkedCommand } from './commands/parked.command.js';
import { projectionCommand } from './commands/projection.command.js';
import { reconcileCommand } from './commands/reconcile.command.js';
import { recoverCommand } from './commands/recover.command.js';
import { searchCommand } from './commands/search.command.js';
import { statusCommand } from './commands/status.command.js';
import { vaultCommand } from './commands/vault.command.js';
import { whoamiCommand } from './commands/whoami.command.js';
import { examples, type CommandContext } from './context.js';
import { CommandError, EXIT, type ExitCode } from './exit-code.js';

const EXIT_CODES = `
Exit codes:
  0  done
  1  refused by a rule, or failed
  2  the command line cannot be understood
  3  the stack, or a part of it, is not running or not ready

Environment:
  PROBITY_HOME       folder of the stack (default .probity)
  PROBITY_PORT_BASE  where its ports begin (default 4100)
  NO_COLOR           no colours
`;

/** The whole command line. Data goes to stdout, messages and progress to stderr. */
function buildProgram(context: CommandContext): Command {
  const program = new Command('probity')
    .description('Works with a local Probity stack. All people in it are synthetic.')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      examples('probity status --wait 60', 'probity import lists', 'probity matrix summary') + EXIT_CODES,
    );
  const commands = [
    ...[importCommand, matrixCommand, searchCommand, openCommand, digestCommand, clockCommand],
    ...[recoverCommand, parkedCommand, projectionCommand, reconcileCommand, vaultCommand, statusCommand],
    ...[accessCommand, loginCommand, logoutCommand, whoamiCommand],
  ];
  for (const build of commands) program.addCommand(build(context));
  withOwnExit(program, context);
  return program;
}

/**
 * Runs one command line.
 *
 * @param words arguments without the interpreter and the script
 * @returns the exit code; failures have been told on stderr
 */
export async function run(words: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    await buildProgram(context).parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return isWanted(error) ? EXIT.ok : EXIT.usage;
    context.output.failure(error);
    return error instanceof CommandError ? error.exitCode : EXIT.refused;
  }
}

/** Subcommands do not inherit the way of leaving, so each is told: throw, and write where this context writes. */
function withOwnExit(command: Command, context: CommandContext): void {
  const { stdout, stderr } = context.output;
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const subcommand of command.commands) withOwnExit(subcommand, context);
}

/** Help that was asked for is an answer; help because nothing was asked is a usage error. */
function isWanted(error: CommanderError): boolean {
  return error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
}
