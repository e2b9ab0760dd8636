import type { Provider, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { AUDIENCE } from '@probity/platform';
import { certificateOf } from './client-certificate.js';
import { personaNamed } from './personas.js';
import type { Revocations } from './revocations.js';

/**
 * The grant by which a token for a persona is given at once: parameter `persona`, its name. There is no such grant where
 * people are real, because this provider does not start there.
 */
export function grantPersona(provider: Provider, resource: ResourceServer, revocations: Revocations) {
  return async (context: KoaContextWithOIDC): Promise<void> => {
    const { client, params } = context.oidc;
    const name = params?.['persona'];
    const persona = typeof name === 'string' ? personaNamed(name) : undefined;
    if (client === undefined || persona === undefined || revocations.isRevoked(persona.staffId))
      throw new errors.InvalidGrant('there is no such persona');
    const certificate = certificateOf(context.req);
    if (certificate === undefined)
      throw new errors.InvalidGrant('mutual TLS client certificate not provided');
    const grant = new provider.Grant({ accountId: persona.staffId, clientId: client.clientId });
    const grantId = await grant.save();
    const token = new provider.AccessToken({
      accountId: persona.staffId,
      client,
      grantId,
      gty: 'persona',
      scope: '',
    });
    token.resourceServer = new provider.ResourceServer(AUDIENCE, resource);
    token.setThumbprint('x5t', certificate.pem);
    const value = await token.save();
    context.body = { access_token: value, token_type: token.tokenType, expires_in: token.expiration };
  };
}
