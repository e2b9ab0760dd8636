import { readStackFile, type Credentials, type StackConfig, type TlsMaterial } from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import type { CredentialsSource } from '../http/service-client.js';
import { LoginClient, type Tokens } from './login-client.js';
import type { Login, LoginFile } from './login-file.js';
import { TokenRefusal } from './token-refusal.js';

/** An access token that ends within this many ms is renewed before it is used: a request may take its time. */
const EARLY_MS = 30_000;

/** What is needed of a stack to log in, and to speak as whoever is logged in. */
export type LoginAccess = Pick<StackConfig, 'issuer' | 'issuerCa' | 'paths'>;

/** Real time, ms since the epoch: tokens are dated in it, whatever the clock of the stack says. */
export const realNow = (): number => performance.timeOrigin + performance.now();

/** A client that speaks to the identity provider with the certificate of a login. The caller closes it. */
export function loginClient(
  { issuer, issuerCa }: LoginAccess,
  { cert, key }: Pick<Login, 'cert' | 'key'>,
): LoginClient {
  return new LoginClient(issuer, { ca: issuerCa(), cert, key }, realNow);
}

/** Speaks to services as whoever is logged in. Tokens are renewed when need be, and kept. */
export function credentialsOfLogin(stack: LoginAccess, file: LoginFile): CredentialsSource {
  let known: Login | undefined;
  return async ({ fresh } = { fresh: false }): Promise<Credentials> => {
    known ??= file.read();
    const refused = fresh ? known.tokens.accessToken : null;
    if (!isGood(known.tokens, refused)) known = await file.alone(async () => renewed(stack, file, refused));
    const tls: TlsMaterial = { ca: readStackFile(stack.paths.ca), cert: known.cert, key: known.key };
    return { tls, authorization: `Bearer ${known.tokens.accessToken}` };
  };
}

/** @throws CommandError with exit code 1 when the login has ended */
async function renewed(stack: LoginAccess, file: LoginFile, refused: string | null): Promise<Login> {
  const login = file.read();
  // Another command may have renewed it while this one waited.
  if (isGood(login.tokens, refused)) return login;
  const client = loginClient(stack, login);
  try {
    if (login.tokens.refreshToken === null) throw loginEnded();
    const next = { ...login, tokens: await client.refresh(login.tokens.refreshToken) };
    file.write(next);
    return next;
  } catch (error) {
    if (error instanceof TokenRefusal && error.oauth === 'invalid_grant') throw loginEnded();
    throw error;
  } finally {
    await client.close();
  }
}

function isGood({ accessToken, endsAt }: Tokens, refused: string | null): boolean {
  return accessToken !== refused && endsAt - realNow() > EARLY_MS;
}

function loginEnded(): CommandError {
  return new CommandError(
    EXIT.refused,
    'Your login has ended.',
    'Log in again with probity login, or leave it with probity logout.',
  );
}
