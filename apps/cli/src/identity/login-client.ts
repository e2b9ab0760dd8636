import { AUDIENCE, CLIENT_ID, PERSONA_GRANT, type TlsMaterial } from '@probity/platform';
import { Agent, request } from 'undici';
import { CommandError, EXIT } from '../exit-code.js';
import { refusedByProvider, TokenRefusal } from './token-refusal.js';

/** Longest wait for an answer, ms. */
const TIMEOUT_MS = 10_000;

/** Grant of a login that is completed in a browser (RFC 8628). */
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What is asked for: who the person is. What they may do depends on their role, not on a scope. */
const SCOPE = 'openid';

/** What a login gives. */
export interface Tokens {
  accessToken: string;
  /** Gives the next tokens, once; `null` when there will be none. */
  refreshToken: string | null;
  /** When the access token ends, ms since the epoch. */
  endsAt: number;
}

/** A login that somebody completes in a browser. */
export interface DeviceLogin {
  deviceCode: string;
  userCode: string;
  /** Where the code is entered. */
  verificationUri: string;
  /** Seconds until the code ends. */
  expiresIn: number;
  /** Least time between two questions, seconds. */
  interval: number;
}

type Members = Readonly<Record<string, unknown>>;
type Endpoint = 'token_endpoint' | 'device_authorization_endpoint' | 'revocation_endpoint';

/**
 * Logs in at the identity provider over mutual TLS with one certificate, to which every token is bound (RFC 8705).
 * Every method throws {@link TokenRefusal} when the provider refuses, CommandError with exit code 3 when it does not answer.
 */
export class LoginClient {
  private readonly agent: Agent;
  private metadata: Promise<Members> | undefined;

  /**
   * Nothing is connected before it is needed.
   *
   * @param issuer its address, exactly as tokens name it
   * @param tls certificate of the login, and the authority that the provider's certificate is checked against
   * @param now ms since the epoch
   */
  constructor(
    private readonly issuer: string,
    { ca, cert, key }: TlsMaterial,
    private readonly now: () => number,
  ) {
    // Tokens are asked for every few minutes at most: a connection that was kept would often be gone.
    const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, pipelining: 0 };
    this.agent = new Agent({ connect: { ca, cert, key, timeout: TIMEOUT_MS }, ...timeouts });
  }

  /** Tokens of somebody made up, at once; the local identity provider alone gives them. */
  async persona(persona: string): Promise<Tokens> {
    const form = { grant_type: PERSONA_GRANT, persona, scope: 'offline_access' };
    return this.tokensOf(await this.post('token_endpoint', form));
  }

  /** The next tokens of a login. The refresh token is used up by it, also when the answer is lost. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return this.tokensOf(await this.post('token_endpoint', form));
  }

  /** Begins a login that somebody completes in a browser. */
  async beginDevice(): Promise<DeviceLogin> {
    const wanted = { scope: SCOPE, resource: AUDIENCE };
    const answer = await this.post('device_authorization_endpoint', wanted);
    return {
      deviceCode: this.textOf(answer, 'device_code'),
      userCode: this.textOf(answer, 'user_code'),
      verificationUri: this.textOf(answer, 'verification_uri'),
      expiresIn: Number(answer['expires_in']),
      interval: Number(answer['interval'] ?? 5),
    };
  }

  /** Asks whether the login is complete: its tokens, or that it is not yet, or that the question came too soon. */
  async pollDevice({ deviceCode }: DeviceLogin): Promise<Tokens | 'pending' | 'too-soon'> {
    try {
      const form = { grant_type: DEVICE_GRANT, device_code: deviceCode };
      return this.tokensOf(await this.post('token_endpoint', form));
    } catch (error) {
      if (error instanceof TokenRefusal && error.oauth === 'authorization_pending') return 'pending';
      if (error instanceof TokenRefusal && error.oauth === 'slow_down') return 'too-soon';
      throw error;
    }
  }

  /** Ends a token (RFC 7009); a refresh token takes its whole login with it. */
  async revoke(token: string): Promise<void> {
    await this.post('revocation_endpoint', { token });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async post(endpoint: Endpoint, form: Readonly<Record<string, string>>): Promise<Members> {
    const url = await this.endpoint(endpoint);
    const body = new URLSearchParams({ client_id: CLIENT_ID, ...form }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const { status, members } = await this.ask(url, { method: 'POST', headers, body });
    if (status < 400) return members;
    throw refusedByProvider(members) ?? providerAway();
  }

  /** Metadata is read once (RFC 8414); what stands for mutual TLS goes first (RFC 8705, 5). */
  private async endpoint(name: Endpoint): Promise<string> {
    const metadata = await (this.metadata ??= this.readMetadata());
    const aliases = (metadata['mtls_endpoint_aliases'] ?? {}) as Members;
    return this.textOf({ ...metadata, ...aliases }, name);
  }

  private async readMetadata(): Promise<Members> {
    const url = `${this.issuer}/.well-known/openid-configuration`;
    const { status, members } = await this.ask(url, { method: 'GET' });
    if (status !== 200 || members['issuer'] !== this.issuer) throw providerAway();
    return members;
  }

  private async ask(
    url: string,
    options: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
  ): Promise<{ status: number; members: Members }> {
    try {
      const { statusCode, body } = await request(url, { dispatcher: this.agent, ...options });
      const text = await body.text();
      return { status: statusCode, members: text === '' ? {} : (JSON.parse(text) as Members) };
    } catch {
      throw providerAway();
    }
  }

  private tokensOf(answer: Members): Tokens {
    const { refresh_token: refreshToken, expires_in: seconds } = answer;
    return {
      accessToken: this.textOf(answer, 'access_token'),
      refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
      endsAt: this.now() + Number(seconds) * 1_000,
    };
  }

  private textOf(members: Members, name: string): string {
    const value = members[name];
    if (typeof value === 'string') return value;
    throw new CommandError(EXIT.refused, `The identity provider gives no ${name}.`);
  }
}

function providerAway(): CommandError {
  return new CommandError(
    EXIT.notReady,
    'The identity provider does not answer.',
    'Start the stack with npm start, or see probity status.',
  );
}
