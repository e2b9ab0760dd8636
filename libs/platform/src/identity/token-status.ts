import { AUDIENCE } from './audience.js';
import { IssuerAway } from './issuer-client.js';
import type { IssuerClient } from './issuer-client.js';
import { Remembered } from './remembered.js';

/** How long an answer about a token is believed, in milliseconds of real time: a revoked token lives no longer than this. */
export const STATUS_TTL_MS = 5_000;

/** Whether tokens still hold, by introspection at their issuer (RFC 7662). What cannot be asked is not believed. */
export class TokenStatus {
  readonly #answers = new Remembered<boolean>(STATUS_TTL_MS);

  constructor(private readonly issuer: IssuerClient) {}

  /** @throws IssuerAway when the issuer does not say */
  isActive(token: string): Promise<boolean> {
    return this.#answers.of(token, () => this.#ask(token));
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
}
