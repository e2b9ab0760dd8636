import { CommandError } from '../exit-code.js';
import type { LoginFile } from './login-file.js';
import { loginClient, type LoginAccess } from './login-session.js';

/**
 * Ends a login: its tokens are revoked and its file is removed. The file goes also when the provider does not answer.
 *
 * @returns whether the provider has taken note; if not, the access token counts until it ends, five minutes at most
 */
export async function endLogin(stack: LoginAccess, file: LoginFile): Promise<boolean> {
  const login = file.read();
  const client = loginClient(stack, login);
  try {
    await client.revoke(login.tokens.refreshToken ?? login.tokens.accessToken);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  } finally {
    file.remove();
    await client.close();
  }
}
