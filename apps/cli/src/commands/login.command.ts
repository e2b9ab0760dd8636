import { Command } from 'commander';
import { makeSenderCertificate } from '@probity/platform';
import { asOption, examples, withStack, type CommandContext } from '../context.js';
import { CommandError, EXIT } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { awaitLogin } from '../identity/device-login.js';
import type { LoginClient, Tokens } from '../identity/login-client.js';
import { LoginFile } from '../identity/login-file.js';
import { loginClient, realNow } from '../identity/login-session.js';
import { endLogin } from '../identity/logout.js';
import { nobodyIsMadeUp } from '../identity/people.js';
import { fileNameOf, whoInWords, whoOf } from '../identity/who.js';
import { untilSignal } from '../stack/signals.js';

interface LoginOptions {
  as?: string;
  json?: boolean;
}

const ABOUT = `Logs you in: open the address that is shown in a browser, and enter the code. Commands then act as you, until
probity logout. A login is kept under <home>/login, readable by you alone: tokens, and the key without which they are of no use.
There is one login at a time; another ends it.

Exit code 1 when the login is refused, cancelled or runs out; 3 when the identity provider does not answer.`;

/** `probity login`: who the commands act as. */
export function loginCommand(context: CommandContext): Command {
  return new Command('login')
    .summary('log in')
    .description(ABOUT)
    .addOption(asOption('log in at once as somebody made up; on a synthetic store alone'))
    .option('--json', 'print JSON')
    .addHelpText('after', examples('probity login', 'probity login --as supervisor-E09000012'))
    .action(async ({ as, json }: LoginOptions) =>
      withStack(context, async (stack) => {
        const who = whoOf((await logIn(context, stack, as)).accessToken);
        if (json === true) context.output.json(who);
        else context.output.data(`Logged in as ${whoInWords(who)}.`);
      }),
    );
}

async function logIn(context: CommandContext, { config }: Stack, as: string | undefined): Promise<Tokens> {
  if (as !== undefined && !config.synthetic) throw nobodyIsMadeUp();
  const { cert, key } = await makeSenderCertificate(realNow());
  const client = loginClient(config, { cert, key });
  try {
    const tokens = as === undefined ? await inBrowser(context, client) : await client.persona(as);
    const before = LoginFile.current(config.paths.login);
    if (before !== null) await endLogin(config, before);
    LoginFile.create(config.paths.login, fileNameOf(whoOf(tokens.accessToken)), { cert, key, tokens });
    return tokens;
  } finally {
    await client.close();
  }
}

async function inBrowser({ output }: CommandContext, client: LoginClient): Promise<Tokens> {
  const login = await client.beginDevice();
  output.note(`Open ${login.verificationUri} in a browser and enter the code ${login.userCode}`);
  output.note(`Waiting, for at most ${Math.round(login.expiresIn / 60)} minutes; Ctrl-C breaks off.`);
  return untilSignal(awaitLogin(client, login), brokenOff);
}

function brokenOff(): CommandError {
  return new CommandError(EXIT.refused, 'The login was broken off.', 'Begin it again with probity login.');
}
