import { AUDIENCE } from './audience.js';
import { IssuerAway } from './issuer-client.js';
import type { IssuerClient } from './issuer-client.js';

/** How long an answer about a token is believed, in milliseconds of real time: a revoked token lives no longer than this. */
const STATUS_TTL_MS = 5_000;
/** Tokens that are remembered; the oldest go first. */
const MOST = 10_000;

interface Known {
  readonly active: Promise<boolean>;
  readonly until: number;
}

/** Whether tokens still hold, by introspection at their issuer (RFC 7662). What cannot be asked is not believed. */
export class TokenStatus {
  readonly #known = new Map<string, Known>();

  constructor(private readonly issuer: IssuerClient) {}

  /** @throws IssuerAway when the issuer does not say */
  async isActive(token: string): Promise<boolean> {
    const now = performance.now();
    const known = this.#known.get(token);
    if (known !== undefined && known.until > now) return known.active;
    const active = this.#ask(token);
    this.#remember(token, { active, until: now + STATUS_TTL_MS });
    try {
      return await active;
    } catch (error) {
      this.#known.delete(token);
      throw error;
    }
  }

  async #ask(token: string): Promise<boolean> {
    const { introspection_endpoint } = await this.issuer.endpoints();
    // Over mutual TLS the client says who it is (RFC 8705, 2); all services are one, named like the audience.
    const form = { token, client_id: AUDIENCE };
    const { active } = await this.issuer.postForm(introspection_endpoint, form);
    if (typeof active !== 'boolean')
      throw new IssuerAway('the identity provider does not say whether a token holds');
    return active;
  }

  #remember(token: string, known: Known): void {
    this.#known.delete(token);
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MOST && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(token, known);
  }
}
