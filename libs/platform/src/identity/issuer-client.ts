import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { TlsMaterial } from '../config/stack-config.js';

/** How long the identity provider may take to answer, in milliseconds of real time. */
const TIMEOUT_MS = 3_000;
/** Greatest answer that is read, in bytes. */
const ANSWER_LIMIT = 1_048_576;

/** The identity provider did not answer, or not as its protocol asks. */
export class IssuerAway extends Error {
  override readonly name = 'IssuerAway';
}

/** Endpoints of an identity provider, as OpenID Connect Discovery 1.0 and RFC 8414 name them. */
export interface IssuerEndpoints {
  readonly jwks_uri: string;
  readonly introspection_endpoint: string;
  readonly token_endpoint: string;
}

/** Speaks to the identity provider over mutual TLS as this service. */
export class IssuerClient {
  readonly #agent: Agent;
  #endpoints: Promise<IssuerEndpoints> | undefined;

  /**
   * @param issuer its address, exactly as tokens name it
   * @param tls certificate of this service and the authority that the provider's certificate is checked against
   */
  constructor(
    readonly issuer: string,
    tls: TlsMaterial,
  ) {
    this.#agent = new Agent({ ...tls, keepAlive: true, maxSockets: 4 });
  }

  /** Its endpoints, asked for once. @throws IssuerAway */
  async endpoints(): Promise<IssuerEndpoints> {
    const asked = (this.#endpoints ??= this.#discover());
    try {
      return await asked;
    } catch (error) {
      this.#endpoints = undefined; // the next call asks again
      throw error;
    }
  }

  /** @throws IssuerAway */
  async getJson(url: string): Promise<Record<string, unknown>> {
    return this.#ask(url, 'GET');
  }

  /** Sends a form and reads the JSON answer. @throws IssuerAway */
  async postForm(url: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    return this.#ask(url, 'POST', new URLSearchParams(form).toString());
  }

  /** Ends its connections when the application stops. */
  onApplicationShutdown(): void {
    this.#agent.destroy();
  }

  async #discover(): Promise<IssuerEndpoints> {
    const found = await this.getJson(`${this.issuer}/.well-known/openid-configuration`);
    const { issuer, jwks_uri, introspection_endpoint, token_endpoint } = found;
    if (issuer !== this.issuer)
      throw new IssuerAway('the identity provider has another name than tokens must');
    if (![jwks_uri, introspection_endpoint, token_endpoint].every((endpoint) => typeof endpoint === 'string'))
      throw new IssuerAway('the identity provider does not name its endpoints');
    return found as unknown as IssuerEndpoints;
  }

  #ask(url: string, method: 'GET' | 'POST', body?: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        reject(error instanceof IssuerAway ? error : new IssuerAway('the identity provider does not answer'));
      };
      const headers = {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const call = request(url, { method, headers, agent: this.#agent, signal }, (answer) => {
        readObject(answer).then(resolve, fail);
      });
      call.once('error', fail);
      call.end(body);
    });
  }
}

async function readObject(answer: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > ANSWER_LIMIT) throw new IssuerAway('the identity provider answers too much');
    parts.push(part);
  }
  if (answer.statusCode !== 200) throw new IssuerAway('the identity provider refuses this service');
  const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  if (typeof value !== 'object' || value === null)
    throw new IssuerAway('the identity provider answers no object');
  return { ...value };
}
