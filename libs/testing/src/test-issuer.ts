import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AUDIENCE, PERSONA_GRANT } from '@probity/platform';
import type { TlsMaterial } from '@probity/platform';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';

const ALGORITHM = 'ES256';
const LIFETIME_SECONDS = 300;

/** What a test may change of a token. */
export interface TokenChange {
  /** Laid over the claims of the persona. */
  readonly claims?: JWTPayload;
  /** Ends this many seconds from now; negative for one that has ended. */
  readonly endsIn?: number;
  /** Signed by a key that the issuer does not publish. */
  readonly forged?: boolean;
  /** The `typ` of its head. */
  readonly type?: string;
}

/** An identity provider as services see one: discovery, keys, introspection, and the persona grant. Everything else is a real one's. */
export class TestIssuer {
  /** Whether it answers at all. */
  isAway = false;
  readonly #revoked = new Set<string>();

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly keys: { sign: CryptoKey; publish: JWK; other: CryptoKey },
  ) {}

  /** @param tls certificate of the issuer and the authority of its clients */
  static async start(tls: TlsMaterial): Promise<TestIssuer> {
    const own = await generateKeyPair(ALGORITHM);
    const other = await generateKeyPair(ALGORITHM);
    const publish = { ...(await exportJWK(own.publicKey)), kid: 'test', alg: ALGORITHM, use: 'sig' };
    const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const issuer = new TestIssuer(url, server, { sign: own.privateKey, publish, other: other.privateKey });
    server.on('request', (request, response) => void issuer.#answer(request, response));
    return issuer;
  }

  /** A token for a persona, bound to the sender with this certificate. */
  async tokenFor(persona: string, thumbprint: string, change: TokenChange = {}): Promise<string> {
    const { claims = {}, endsIn = LIFETIME_SECONDS, forged = false, type = 'at+jwt' } = change;
    const seconds = Math.floor(new Date().getTime() / 1_000);
    return new SignJWT({
      ...claimsOf(persona),
      ...{ jti: randomUUID(), sid: `session-${persona}`, client_id: 'probity-cli', persona },
      ...{ iss: this.url, aud: AUDIENCE, iat: seconds, exp: seconds + endsIn },
      cnf: { 'x5t#S256': thumbprint },
      ...claims,
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: type, kid: 'test' })
      .sign(forged ? this.keys.other : this.keys.sign);
  }

  /** From now on it says of this token that it does not hold. */
  revoke(token: string): void {
    this.#revoked.add(token);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await textOf(request));
    const answer = this.isAway ? null : await this.#answerTo(request, form);
    response.writeHead(answer === null ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }

  async #answerTo(request: IncomingMessage, form: URLSearchParams): Promise<object | null> {
    switch (request.url ?? '') {
      case '/.well-known/openid-configuration':
        return {
          issuer: this.url,
          jwks_uri: `${this.url}/jwks`,
          introspection_endpoint: `${this.url}/introspection`,
          token_endpoint: `${this.url}/token`,
        };
      case '/jwks':
        return { keys: [this.keys.publish] };
      case '/introspection':
        return { active: !this.#revoked.has(form.get('token') ?? '') };
      case '/token': {
        if (form.get('grant_type') !== PERSONA_GRANT) return null;
        const thumbprint = thumbprintOf(request.socket as TLSSocket);
        const token = await this.tokenFor(form.get('persona') ?? '', thumbprint);
        return { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS };
      }
      default:
        return null;
    }
  }
}

const CENTRAL: Readonly<Record<string, string>> = {
  central: 'central-team',
  safeguarding: 'safeguarding-lead',
  dpo: 'data-protection-officer',
  auditor: 'auditor',
  equality: 'equality-analyst',
};
const OF_A_BOROUGH: Readonly<Record<string, string>> = {
  officer: 'borough-officer',
  supervisor: 'borough-supervisor',
  'child-authority': 'child-authority',
};

/** Role and place of a persona, by its name, which is its staff id too, so that tests read well. */
function claimsOf(persona: string): JWTPayload {
  const sub = persona;
  const [, kind = '', borough = ''] = /^(.+)-(E\d{8})$/.exec(persona) ?? [];
  if (kind in OF_A_BOROUGH) return { sub, role: OF_A_BOROUGH[kind], borough, org: `borough:${borough}` };
  if (persona === 'partner-user') return { sub, role: 'partner-user', org: 'partner:test' };
  if (persona === 'partner-admin') return { sub, role: 'partner-administrator', org: 'partner:test' };
  return { sub, role: CENTRAL[persona.split('-', 1)[0] ?? ''], org: 'central' };
}

function thumbprintOf(socket: TLSSocket): string {
  return createHash('sha256').update(socket.getPeerCertificate().raw).digest('base64url');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
