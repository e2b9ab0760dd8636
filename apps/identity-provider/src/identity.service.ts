import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ConfigError, STACK_CONFIG } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import type { Provider } from 'oidc-provider';
import { askForPersona, page, PAGE_HEADERS } from './pages.js';
import { personaNamed } from './personas.js';
import { makeProvider } from './provider.js';
import { Revocations } from './revocations.js';
import { signingKey } from './signing-key.js';
import { TokenIntrospection } from './token-introspection.js';

const FORM_LIMIT = 65_536;
const CANCELLED = { error: 'access_denied', error_description: 'the login was cancelled' };
const LOGIN = /^\/interaction\/[A-Za-z0-9_-]{1,64}$/;

/** Everything that is OpenID Connect, OAuth 2.0 or the login page; the platform serves the rest. */
@Injectable()
export class IdentityService implements OnModuleInit {
  #provider: Provider | undefined;
  #introspection: TokenIntrospection | undefined;

  constructor(
    @Inject(STACK_CONFIG) private readonly config: StackConfig,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

  /** @throws ConfigError in a store of real people */
  async onModuleInit(): Promise<void> {
    if (!this.config.synthetic)
      throw new ConfigError(
        'The local identity provider knows only invented people, and this store is real',
        'set OIDC_ISSUER to the identity provider of your organisation (docs/how-to/use-keycloak.md)',
      );
    const key = await signingKey(this.config);
    this.#provider = makeProvider(this.config.issuer, key, this.revocations);
    this.#introspection = new TokenIntrospection(this.#provider, key, this.revocations);
  }

  /** Answers a request that is not the platform's. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '/token/introspection') await this.#introspect(request, response);
    else if (LOGIN.test(path)) await this.#login(path, request, response);
    else {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
      await this.#own.callback()(request, response);
    }
  }

  get #own(): Provider {
    if (this.#provider === undefined) throw new Error('the identity provider has not started');
    return this.#provider;
  }

  async #introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#introspection?.maySay(request) !== true) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":"invalid_client"}');
      return;
    }
    const token = (await formOf(request))?.get('token') ?? '';
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(await this.#introspection.about(token)));
  }

  async #login(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#own.interactionDetails(request, response);
      if (request.method !== 'POST') {
        send(response, 200, askForPersona(path));
        return;
      }
      const form = await formOf(request);
      if (form?.get('choice') === 'cancel') {
        await this.#own.interactionFinished(request, response, CANCELLED);
        return;
      }
      const persona = personaNamed(form?.get('persona') ?? '');
      if (persona === undefined || this.revocations.isRevoked(persona.staffId)) {
        send(
          response,
          400,
          page(
            'This person cannot log in',
            '<p role="alert">Nobody has this name, or the operator has shut them out. Go back and choose again.</p>',
          ),
        );
        return;
      }
      await this.#own.interactionFinished(request, response, { login: { accountId: persona.staffId } });
    } catch {
      send(
        response,
        400,
        page('This login has ended', '<p role="alert">Start again with probity login.</p>'),
      );
    }
  }
}

function send(response: ServerResponse, status: number, { html, headers }: ReturnType<typeof page>): void {
  response.writeHead(status, headers);
  response.end(html);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = '';
  for await (const part of request.setEncoding('utf8') as AsyncIterable<string>)
    if ((text += part).length > FORM_LIMIT) return null;
  return new URLSearchParams(text);
}
