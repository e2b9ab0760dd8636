import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceLogin, LoginClient, Tokens } from './login-client.js';

/** What a question that came too soon adds to the time between two, seconds (RFC 8628, 3.5). */
const SLOWER = 5;

/**
 * Waits until somebody has completed a login in a browser, asking no more often than the provider allows.
 *
 * @param sleep waits for some ms of real time
 * @throws TokenRefusal when the login is cancelled or its code has run out
 */
export async function awaitLogin(
  client: Pick<LoginClient, 'pollDevice'>,
  login: DeviceLogin,
  sleep: (ms: number) => Promise<unknown> = pause,
): Promise<Tokens> {
  let { interval } = login;
  for (;;) {
    await sleep(interval * 1_000);
    const answer = await client.pollDevice(login);
    if (answer === 'too-soon') interval += SLOWER;
    else if (answer !== 'pending') return answer;
  }
}
