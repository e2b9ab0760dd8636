import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { AUDIENCE } from './audience.js';
import type { IssuerClient } from './issuer-client.js';
import { IssuerAway } from './issuer-client.js';
import { personFromClaims } from './person.js';
import type { Person } from './person.js';
import { Remembered } from './remembered.js';
import { STATUS_TTL_MS, TokenStatus } from './token-status.js';

const ALGORITHMS = ['ES256', 'PS256', 'EdDSA'];

/** Why a token is not accepted. */
export type TokenFault = 'malformed' | 'expired' | 'foreign' | 'wrong-sender' | 'revoked';

/** A token that does not say who is asking. The message holds nothing of the token. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';

  constructor(readonly fault: TokenFault) {
    super(`the token is ${fault}`);
  }
}

/** What a token says, once its signature and claims have been found good. */
interface VerifiedToken {
  readonly person: Person;
  /** SHA-256 of the certificate that it is bound to; `undefined` when it is bound to none. */
  readonly boundTo: string | undefined;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Finds out who holds an access token: a JWT (RFC 9068) of the one issuer for this audience, bound to the certificate of the
 * connection (RFC 8705) and not revoked (RFC 7662).
 *
 * A token is presented with every request, so that what it says is remembered as long as whether it still holds; its end and its
 * sender are looked at each time.
 */
export class TokenVerifier {
  readonly #status: TokenStatus;
  readonly #verified = new Remembered<VerifiedToken>(STATUS_TTL_MS);
  #keys: JWTVerifyGetKey | undefined;

  constructor(private readonly issuer: IssuerClient) {
    this.#status = new TokenStatus(issuer);
  }

  /**
   * @param thumbprint SHA-256 of the sender's certificate (DER), base64url
   * @throws TokenRefused with the reason, IssuerAway when keys or status cannot be asked for
   */
  async verify(token: string, thumbprint: string): Promise<Person> {
    const { person, boundTo, expiresAt } = await this.#verified.of(token, () => this.#read(token));
    if (Date.now() >= expiresAt * 1_000) throw new TokenRefused('expired');
    if (boundTo !== thumbprint) throw new TokenRefused('wrong-sender');
    if (!(await this.#status.isActive(token))) throw new TokenRefused('revoked');
    return person;
  }

  async #read(token: string): Promise<VerifiedToken> {
    const claims = await this.#claimsOf(token);
    const person = personFromClaims(claims);
    if (person === null || claims.exp === undefined) throw new TokenRefused('malformed');
    const confirmation = claims['cnf'] as { 'x5t#S256'?: string } | undefined;
    return { person, boundTo: confirmation?.['x5t#S256'], expiresAt: claims.exp };
  }

  async #claimsOf(token: string): Promise<JWTPayload> {
    const keys = await this.#keySet();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: this.issuer.issuer,
        audience: AUDIENCE,
        typ: 'at+jwt',
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async #keySet(): Promise<JWTVerifyGetKey> {
    if (this.#keys) return this.#keys;
    const { jwks_uri } = await this.issuer.endpoints();
    this.#keys = createRemoteJWKSet(new URL(jwks_uri), {
      [customFetch]: async (url: string) => Response.json(await this.issuer.getJson(url)),
    });
    return this.#keys;
  }
}

function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return new TokenRefused('expired');
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWKSNoMatchingKey)
    return new TokenRefused('foreign');
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenRefused('foreign');
  if (error instanceof IssuerAway) return error;
  if (error instanceof errors.JWKSTimeout) return new IssuerAway('the identity provider does not answer');
  return error instanceof errors.JOSEError ? new TokenRefused('malformed') : (error as Error);
}
