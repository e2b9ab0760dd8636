import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AUDIENCE, CLIENT_ID, PERSON_ROLES } from '@probity/platform';
import { PERSONAS } from './personas.js';

interface Mapper {
  name: string;
  protocolMapper: string;
  config: Record<string, string>;
}

interface Client {
  clientId: string;
  attributes: Record<string, string>;
  defaultClientScopes: string[];
  [setting: string]: unknown;
}

interface Group {
  name: string;
  attributes?: Record<string, string[]>;
  realmRoles?: string[];
  subGroups?: Group[];
}

interface Realm {
  roles: { realm: { name: string }[] };
  groups: Group[];
  clients: Client[];
  clientScopes: { name: string; protocolMappers: Mapper[] }[];
  [setting: string]: unknown;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const realm = JSON.parse(readFileSync(join(ROOT, 'infra', 'keycloak', 'realm.json'), 'utf8')) as Realm;

/** What the mappers would read of somebody in a group: its own attribute, or its parent's. */
function peopleOf(group: Group, above: Record<string, string> = {}): Record<string, string>[] {
  const own = Object.entries(group.attributes ?? {}).map(([name, [value = '']]) => [name, value]);
  const claims = { ...above, ...(Object.fromEntries(own) as Record<string, string>) };
  const below = (group.subGroups ?? []).flatMap((child) => peopleOf(child, claims));
  return group.realmRoles === undefined ? below : [{ ...claims, granted: group.realmRoles.join() }, ...below];
}

const clientOf = (id: string): Client => realm.clients.find(({ clientId }) => clientId === id)!;
const mappers = (): Mapper[] => realm.clientScopes.find(({ name }) => name === 'probity')!.protocolMappers;
const mapperOf = (name: string): Mapper | undefined => mappers().find((mapper) => mapper.name === name);

/** No Keycloak runs here: this keeps the export and what services read of a token together, and proves no more. */
describe('the realm for Keycloak', () => {
  it('[R-85] has the roles that a token may carry', () => {
    expect(realm.roles.realm.map(({ name }) => name).sort()).toEqual([...PERSON_ROLES].sort());
  });

  it('[R-85] has a group for every kind of person, with the role, the organisation and the borough of their token', () => {
    const inRealm = realm.groups.flatMap((group) => peopleOf(group));
    const key = (role: string, org: string, borough: string | null): string => [role, org, borough].join(' ');
    const wanted = PERSONAS.map(({ role, organisation, borough }) => key(role, organisation, borough));
    expect(
      new Set(inRealm.map(({ role = '', org = '', borough = null }) => key(role, org, borough))),
    ).toEqual(new Set(wanted));
    for (const { role, granted } of inRealm) expect(granted).toBe(role);
  });

  it('puts into the access token what services read there, each from where it stands', () => {
    const claims = { role: 'role', org: 'org', borough: 'borough', sub: 'staffId' };
    for (const [claim, attribute] of Object.entries(claims)) {
      expect(mapperOf(claim)).toMatchObject({
        protocolMapper: 'oidc-usermodel-attribute-mapper',
        config: {
          'claim.name': claim,
          'user.attribute': attribute,
          'access.token.claim': 'true',
          multivalued: 'false',
        },
      });
    }
    expect(mapperOf('client_id')?.config).toMatchObject({ 'claim.value': CLIENT_ID });
    expect(mapperOf('audience')?.config).toMatchObject({
      'included.client.audience': AUDIENCE,
      'access.token.claim': 'true',
    });
    expect(clientOf(CLIENT_ID).defaultClientScopes).toContain('probity');
  });

  it('gives the command line bound tokens by the device flow alone, for five minutes', () => {
    expect(clientOf(CLIENT_ID)).toMatchObject({
      publicClient: true,
      standardFlowEnabled: false,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      serviceAccountsEnabled: false,
      redirectUris: [],
      attributes: {
        'oauth2.device.authorization.grant.enabled': 'true',
        'tls.client.certificate.bound.access.tokens': 'true',
        'access.token.header.type.rfc9068': 'true',
        'access.token.signed.response.alg': 'ES256',
      },
    });
    expect(realm).toMatchObject({
      accessTokenLifespan: 300,
      revokeRefreshToken: true,
      refreshTokenMaxReuse: 0,
    });
  });

  it('lets services ask about tokens by the certificate of the authority, and by nothing else', () => {
    const { attributes, ...services } = clientOf(AUDIENCE);
    expect(services).toMatchObject({
      publicClient: false,
      clientAuthenticatorType: 'client-x509',
      standardFlowEnabled: false,
      directAccessGrantsEnabled: false,
      serviceAccountsEnabled: false,
    });
    expect(services).not.toHaveProperty('secret');
    const isService = (subject: string): boolean =>
      new RegExp(`^(?:${attributes['x509.subjectdn']!})$`).test(subject);
    expect(isService('O=central, OU=service, CN=vault')).toBe(true);
    for (const other of ['O=central, OU=operator, CN=operator', 'CN=sender', 'CN=OU=service-desk'])
      expect(isService(other)).toBe(false);
    expect(attributes['x509.casubjectdn']).toBe('O=central, CN=Probity local authority');
  });
});
