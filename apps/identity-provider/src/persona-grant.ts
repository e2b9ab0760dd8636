import type { Provider, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { AUDIENCE } from '@probity/platform';
import { certificateOf } from './client-certificate.js';
import { personaNamed } from './personas.js';
import type { Revocations } from './revocations.js';

/** Who asks for this scope wants a token that can be refreshed. */
const LASTING = 'offline_access';

/**
 * The grant by which a token for a persona is given at once: parameter `persona`, its name. There is no such grant where
 * people are real, because this provider does not start there.
 */
export function grantPersona(provider: Provider, resource: ResourceServer, revocations: Revocations) {
  return async (context: KoaContextWithOIDC): Promise<void> => {
    const { client, params } = context.oidc;
    const { persona: name, scope } = params ?? {};
    const persona = typeof name === 'string' ? personaNamed(name) : undefined;
    if (client === undefined || persona === undefined) throw refusal('there is no such persona');
    if (revocations.isRevoked(persona.staffId)) throw refusal('the person is revoked');
    const certificate = certificateOf(context.req);
    if (certificate === undefined) throw refusal('mutual TLS client certificate not provided');
    const grant = new provider.Grant({ accountId: persona.staffId, clientId: client.clientId });
    const session = {
      accountId: persona.staffId,
      client,
      grantId: await grant.save(),
      gty: 'persona',
      scope: '',
    };
    const token = new provider.AccessToken(session);
    token.resourceServer = new provider.ResourceServer(AUDIENCE, resource);
    token.setThumbprint('x5t', certificate.pem);
    const value = await token.save();
    const answer = { access_token: value, token_type: token.tokenType, expires_in: token.expiration };
    context.body = answer;
    if (typeof scope !== 'string' || !scope.split(' ').includes(LASTING)) return;
    const refresh = new provider.RefreshToken({ ...session, resource: AUDIENCE });
    refresh['x5t#S256'] = certificate.thumbprint;
    context.body = { ...answer, refresh_token: await refresh.save() };
  };
}

/** The provider's own error keeps its reason to itself; whoever tries out a persona is helped by it. */
function refusal(reason: string): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError('invalid_grant', reason);
}
