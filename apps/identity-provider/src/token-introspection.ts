import type { IncomingMessage } from 'node:http';
import { AUDIENCE } from '@probity/platform';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { Provider } from 'oidc-provider';
import { certificateOf } from './client-certificate.js';
import type { Revocations } from './revocations.js';
import { SIGNING_ALGORITHM } from './signing-key.js';

/** What a service is told of a token (RFC 7662, 2.2). */
export type Introspection = { readonly active: false } | ({ readonly active: true } & JWTPayload);

/** Tells services whether an access token still holds: until it ends, its login is ended, or its person is revoked. */
export class TokenIntrospection {
  readonly #keys: ReturnType<typeof createLocalJWKSet>;

  constructor(
    private readonly provider: Provider,
    key: JWK,
    private readonly revocations: Revocations,
  ) {
    const { d: _private, ...publicKey } = key;
    this.#keys = createLocalJWKSet({ keys: [publicKey] });
  }

  /** Only a service of the stack may ask. */
  maySay(request: IncomingMessage): boolean {
    return certificateOf(request)?.caller?.role === 'service';
  }

  async about(token: string): Promise<Introspection> {
    const claims = await this.#claimsOf(token);
    if (claims === null) return { active: false };
    const { sub = '', iat = 0, sid } = claims;
    const grant = typeof sid === 'string' ? await this.provider.Grant.find(sid) : undefined;
    if (grant?.accountId !== sub || this.revocations.covers(sub, iat)) return { active: false };
    return { active: true, ...claims };
  }

  async #claimsOf(token: string): Promise<JWTPayload | null> {
    try {
      const { issuer } = this.provider;
      const checks = { issuer, audience: AUDIENCE, typ: 'at+jwt', algorithms: [SIGNING_ALGORITHM] };
      return (await jwtVerify(token, this.#keys, checks)).payload;
    } catch {
      return null;
    }
  }
}
