import { describe, expect, it } from '@jest/globals';
import { awaitLogin } from './device-login.js';
import type { Tokens } from './login-client.js';
import { TokenRefusal } from './token-refusal.js';

const LOGIN = { deviceCode: 'd', userCode: 'u', verificationUri: 'https://x', expiresIn: 600, interval: 2 };
const TOKENS: Tokens = { accessToken: 'a', refreshToken: 'r', endsAt: 0 };

describe('waiting for a login in a browser', () => {
  it('asks no more often than the provider says, and slows down when told', async () => {
    const answers = ['pending', 'too-soon', 'pending', TOKENS] as const;
    const [waits, left] = [[] as number[], [...answers]];
    const tokens = await awaitLogin({ pollDevice: async () => left.shift()! }, LOGIN, async (ms) =>
      waits.push(ms),
    );
    expect(tokens).toBe(TOKENS);
    expect(waits).toEqual([2_000, 2_000, 7_000, 7_000]);
  });

  it('ends when the login is cancelled or its code has run out', async () => {
    const refused = async (): Promise<never> =>
      Promise.reject(new TokenRefusal('expired_token', 'it has run out'));
    await expect(awaitLogin({ pollDevice: refused }, LOGIN, async () => null)).rejects.toThrow(
      'it has run out',
    );
  });
});
