import { randomBytes } from 'node:crypto';
import { AUDIENCE, CLIENT_ID, PERSONA_GRANT } from '@probity/platform';
import type { JWK } from 'jose';
import { Provider } from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { certificateOf } from './client-certificate.js';
import { MemoryAdapter } from './memory-adapter.js';
import { askForCode, askToConfirm, sayDone } from './pages.js';
import { grantPersona } from './persona-grant.js';
import { personaWithId } from './personas.js';
import { forgetBrowser, tellInterval } from './device-flow.js';
import type { Revocations } from './revocations.js';
import { SIGNING_ALGORITHM } from './signing-key.js';

/** How long an access token lasts, in seconds: whoever leaves, or whose laptop does, keeps it no longer. */
const ACCESS_TOKEN_SECONDS = 300;
/** How long somebody stays logged in without a new login, in seconds: one shift. */
const SESSION_SECONDS = 8 * 3_600;
const DEVICE_CODE_SECONDS = 600;

/** What every access token is for (RFC 8707): a JWT (RFC 9068). */
const RESOURCE: ResourceServer = {
  scope: '',
  audience: AUDIENCE,
  accessTokenTTL: ACCESS_TOKEN_SECONDS,
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: SIGNING_ALGORITHM } },
};

/**
 * The identity provider: one public client, the device grant (RFC 8628) for people, a grant for personas, and access tokens
 * that are bound to the client's certificate (RFC 8705).
 *
 * @param issuer its address, as tokens will name it
 */
export function makeProvider(issuer: string, key: JWK, revocations: Revocations): Provider {
  const provider = new Provider(issuer, configuration(key, revocations));
  provider.registerGrantType(PERSONA_GRANT, grantPersona(provider, RESOURCE, revocations), [
    'persona',
    'resource',
    'scope',
  ]);
  provider.use(forgetBrowser);
  provider.use(tellInterval);
  return provider;
}

function configuration(key: JWK, revocations: Revocations): Configuration {
  return {
    adapter: MemoryAdapter,
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      {
        client_id: CLIENT_ID,
        application_type: 'web',
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token', PERSONA_GRANT],
        redirect_uris: [],
        response_types: [],
        tls_client_certificate_bound_access_tokens: true,
        id_token_signed_response_alg: SIGNING_ALGORITHM,
      },
    ],
    scopes: ['openid', 'offline_access'],
    routes: {
      code_verification: '/device',
      device_authorization: '/device/code',
      introspection: '/token/introspection',
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      DeviceCode: DEVICE_CODE_SECONDS,
      Grant: SESSION_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: DEVICE_CODE_SECONDS,
      RefreshToken: SESSION_SECONDS,
      Session: DEVICE_CODE_SECONDS,
    },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    // The browser that a login was completed in has nothing more to do with it.
    expiresWithSession: () => false,
    findAccount: (_context, id) => {
      if (personaWithId(id) === undefined || revocations.isRevoked(id)) return undefined;
      return { accountId: id, claims: () => ({ sub: id }) };
    },
    extraTokenClaims: (_context, token) => claimsOf(token as never),
    loadExistingGrant: grantAtOnce,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: askForCode,
        userCodeConfirmSource: askToConfirm,
        successSource: sayDone,
      },
      introspection: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (context) => certificateOf(context.req)?.pem,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => RESOURCE,
      },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
  };
}

/** What the services need to know of a person. `sid` is the grant: with it every token of a login ends. */
function claimsOf({ accountId, grantId }: { accountId?: string; grantId?: string }): Record<string, string> {
  const persona = personaWithId(accountId ?? '');
  if (persona === undefined || grantId === undefined)
    throw new Error('a token belongs to a persona and a grant');
  const { role, organisation, borough, name } = persona;
  return { role, org: organisation, sid: grantId, persona: name, ...(borough === null ? {} : { borough }) };
}

/** Nobody is asked for consent: the only client is the system's own. */
async function grantAtOnce(
  context: KoaContextWithOIDC,
): Promise<InstanceType<Provider['Grant']> | undefined> {
  const { oidc } = context;
  const accountId = oidc.session?.accountId;
  const clientId = oidc.client?.clientId;
  if (accountId === undefined || clientId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid offline_access');
  await grant.save();
  return grant;
}
