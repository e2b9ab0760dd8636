import type { StackConfig, TlsMaterial } from '../config/stack-config.js';
import { ConfigError } from '../config/config-error.js';
import { IssuerAway, IssuerClient } from './issuer-client.js';
import { makeSenderCertificate } from './sender-certificate.js';
import type { SenderCertificate } from './sender-certificate.js';
import { AUDIENCE } from './audience.js';

/** Grant by which the local identity provider of a synthetic store gives a token for a persona at once. */
export const PERSONA_GRANT = 'urn:probity:grant:persona';

/** The public client that people speak through. */
export const CLIENT_ID = 'probity-cli';

/** A token is asked for anew this long before it ends, in milliseconds of real time. */
const EARLY_MS = 60_000;

/** What a request is made with. */
export interface Credentials {
  readonly tls: TlsMaterial;
  /** Value of the header `authorization`; `null` where the certificate says it all. */
  readonly authorization: string | null;
}

interface Held {
  readonly sender: SenderCertificate;
  readonly token: string;
  /** On the monotonic clock, in milliseconds. */
  readonly renewAt: number;
}

/** Where credentials come from. */
export type PersonaSource = Pick<StackConfig, 'issuer' | 'synthetic' | 'personTls'>;

/**
 * Speaks as the personas of a synthetic store's local identity provider: for tests, measurements and `--as`. The operator
 * has a certificate instead.
 */
export class PersonaSessions {
  readonly #held = new Map<string, Promise<Held>>();

  constructor(
    private readonly source: PersonaSource,
    /** Milliseconds since the epoch, for the certificates. */
    private readonly now: () => number,
  ) {}

  /**
   * @param persona e.g. `supervisor-E09000012`, `central-1`; or `operator`
   * @param options `fresh` asks for a new token: the one at hand has been refused
   * @throws IssuerAway when the provider gives no token; ConfigError on a store of real people
   */
  async of(persona: string, { fresh = false } = {}): Promise<Credentials> {
    if (!this.source.synthetic)
      throw new ConfigError('Personas exist in a synthetic store only', 'log in with probity login');
    if (persona === 'operator') return { tls: this.source.personTls(persona), authorization: null };
    const known = await this.#held.get(persona)?.catch(() => undefined);
    const isGood = !fresh && known !== undefined && known.renewAt > performance.now();
    const held = isGood ? known : await this.#renew(persona, known);
    return { tls: this.#tlsOf(held.sender), authorization: `Bearer ${held.token}` };
  }

  async #renew(persona: string, known: Held | undefined): Promise<Held> {
    const asked = this.#ask(persona, known?.sender);
    this.#held.set(persona, asked);
    return asked;
  }

  async #ask(persona: string, known: SenderCertificate | undefined): Promise<Held> {
    const sender = known ?? (await makeSenderCertificate(this.now()));
    const issuer = new IssuerClient(this.source.issuer, this.#tlsOf(sender));
    try {
      const { token_endpoint } = await issuer.endpoints();
      const answer = await issuer.postForm(token_endpoint, {
        grant_type: PERSONA_GRANT,
        client_id: CLIENT_ID,
        resource: AUDIENCE,
        persona,
      });
      const { access_token: token, expires_in: seconds } = answer;
      if (typeof token !== 'string' || typeof seconds !== 'number')
        throw new IssuerAway('the identity provider gives no token');
      return { sender, token, renewAt: performance.now() + Math.max(0, seconds * 1_000 - EARLY_MS) };
    } finally {
      issuer.onApplicationShutdown();
    }
  }

  #tlsOf({ cert, key }: SenderCertificate): TlsMaterial {
    return { ca: this.source.personTls('operator').ca, cert, key };
  }
}
