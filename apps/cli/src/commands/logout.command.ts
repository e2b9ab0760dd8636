import { Command } from 'commander';
import { examples, withStack, type CommandContext } from '../context.js';
import { LoginFile } from '../identity/login-file.js';
import { endLogin } from '../identity/logout.js';

/** `probity logout`: ends the login of this machine. */
export function logoutCommand(context: CommandContext): Command {
  return new Command('logout')
    .summary('log out')
    .description(
      `Ends your login: its tokens are revoked at once and its file is removed. When the identity provider does not answer the file
goes all the same, and the last token counts for five minutes at most. Exit code 0 also when nobody is logged in.`,
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity logout', 'probity logout --json'))
    .action(async ({ json }: { json?: boolean }) =>
      withStack(context, async ({ config }) => {
        const file = LoginFile.current(config.paths.login);
        const revoked = file !== null && (await endLogin(config, file));
        if (json === true) context.output.json({ loggedOut: file !== null, revoked });
        else context.output.data(file === null ? 'Nobody was logged in.' : 'Logged out.');
        if (file !== null && !revoked)
          context.output.note(
            'The identity provider was not told: the last token counts for five minutes at most.',
          );
      }),
    );
}
