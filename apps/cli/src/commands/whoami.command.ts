import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import { whoOf, type Who } from '../identity/who.js';
import { renderTable } from '../output/table.js';

/** `probity whoami`: who the commands act as. */
export function whoamiCommand(context: CommandContext): Command {
  return new Command('whoami')
    .summary('show who is logged in')
    .description(
      `Shows who is logged in on this machine: staff id, role, borough, and until when the present token counts; it is renewed
while the login lasts. Exit code 1 when nobody is logged in or the login has ended.`,
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity whoami', 'probity whoami --json'))
    .action(async ({ json }: { json?: boolean }) =>
      withStack(context, async (stack) => {
        const credentials = await stack.people.loggedIn()?.();
        const token = credentials?.authorization?.replace(/^Bearer /, '');
        if (token === undefined)
          throw new CommandError(EXIT.refused, 'Nobody is logged in.', 'Log in with probity login.');
        const who = whoOf(token);
        if (json === true) context.output.json(who);
        else context.output.data(whoTable(who));
      }),
    );
}

function whoTable({ staffId, persona, role, org, borough, tokenUntil }: Who): string {
  const columns = ['Staff id', 'Persona', 'Role', 'Organisation', 'Borough', 'Token until'];
  return renderTable(
    columns.map((heading) => ({ heading })),
    [[staffId, persona, role, org, borough, tokenUntil]],
  );
}
