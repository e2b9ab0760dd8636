import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePortBase, prepareHome, readManifest, StackHome } from '@probity/local-stack';
import {
  CLIENT_ID,
  loadStackConfig,
  makeSenderCertificate,
  PERSONA_GRANT,
  PersonaSessions,
  ServiceLogger,
  startService,
} from '@probity/platform';
import type { RunningService, SenderCertificate, StackConfig, TlsMaterial } from '@probity/platform';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { IdentityModule, mountProvider } from './identity.module.js';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

describe('the local identity provider', () => {
  let folder: string;
  let config: StackConfig;
  let service: RunningService;
  let laptop: SenderCertificate;

  const ask = (
    path: string,
    tls: Partial<TlsMaterial>,
    form?: Record<string, string>,
    cookies = '',
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const url = path.startsWith('https') ? path : service.url + path;
      const headers = {
        ...(Object.keys(form ?? {}).length > 0
          ? { 'content-type': 'application/x-www-form-urlencoded' }
          : {}),
        ...(cookies === '' ? {} : { cookie: cookies }),
      };
      const { ca } = config.personTls('operator');
      const agent = new Agent({ maxCachedSessions: 0 });
      const call = request(url, { method: form ? 'POST' : 'GET', headers, agent, ...tls, ca }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
          const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      });
      call.on('error', reject);
      call.end(form && Object.keys(form).length > 0 ? new URLSearchParams(form).toString() : undefined);
    });
  const persona = (name: string, tls: Partial<TlsMaterial> = laptop): Promise<Answer> =>
    ask('/token', tls, { grant_type: PERSONA_GRANT, client_id: CLIENT_ID, persona: name });
  const introspect = (token: unknown, by = 'governance'): Promise<Answer> =>
    ask('/token/introspection', config.serviceTls(by), { token: String(token) });
  const operator = (path: string): Promise<Answer> => ask(path, config.personTls('operator'), {});

  /** What a browser does: follows redirects, keeps cookies, sends the first form of each page. */
  async function browse(start: string, code: string): Promise<string> {
    const jar = new Map<string, string>();
    let [path, form]: [string, Record<string, string> | undefined] = [start, undefined];
    for (let step = 0; step < 12; step += 1) {
      const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const { status, headers, text } = await ask(path, {}, form, cookies);
      for (const cookie of headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        jar.set(name, value);
      }
      if (status >= 300 && status < 400) {
        [path, form] = [headers.location ?? '', undefined];
        continue;
      }
      expect(headers['content-security-policy']).toMatch(/default-src 'none'/);
      const action = /<form[^>]*action="([^"]+)"/.exec(text)?.[1];
      if (action === undefined) return text;
      const fields: Record<string, string> = {};
      for (const [, name = '', value = ''] of text.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g))
        fields[name] = value;
      if (text.includes('name="persona"')) fields['persona'] = 'supervisor-E09000012';
      if (text.includes('op.deviceConfirmForm')) fields['confirm'] = 'yes';
      if (text.includes('op.deviceInputForm')) fields['user_code'] = code;
      [path, form] = [action, fields];
    }
    throw new Error('the pages lead nowhere');
  }

  async function logIn(): Promise<Record<string, unknown>> {
    const { json: device } = await ask('/device/code', laptop, {
      client_id: CLIENT_ID,
      scope: 'openid offline_access',
    });
    const poll = { grant_type: DEVICE, client_id: CLIENT_ID, device_code: String(device['device_code']) };
    expect((await ask('/token', laptop, poll)).json['error']).toBe('authorization_pending');
    const end = await browse(String(device['verification_uri']), String(device['user_code']));
    expect(end).toContain('You are logged in');
    const { status, json } = await ask('/token', laptop, poll);
    expect([status, json['error']]).toEqual([200, undefined]);
    return json;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'probity-identity-'));
    const home = new StackHome(folder);
    await prepareHome(home, readManifest(), new Date());
    const env = { PROBITY_HOME: folder, PROBITY_PORT_BASE: String(await freePortBase()) };
    config = loadStackConfig(env);
    laptop = await makeSenderCertificate(new Date().getTime());
    service = await startService({
      process: 'identity',
      module: IdentityModule,
      configure: mountProvider,
      config,
      logger: new ServiceLogger('identity', 'silent'),
    });
  }, 60_000);

  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives a persona a token at once, for this system, bound to the certificate it was asked for with', async () => {
    const { status, json } = await persona('supervisor-E09000012');
    expect([status, json['error_description']]).toEqual([200, undefined]);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 300 });
    const token = String(json['access_token']);
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(decodeJwt(token)).toMatchObject({
      iss: service.url,
      aud: 'urn:probity:api',
      sub: expect.stringMatching(/^STAFF-\d{4}$/),
      role: 'borough-supervisor',
      borough: 'E09000012',
      org: 'borough:E09000012',
      cnf: { 'x5t#S256': laptop.thumbprint },
    });
  });

  it('gives nobody a token without a certificate, nor one for somebody it does not know', async () => {
    expect(await persona('central-1', {})).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect(await persona('nobody')).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect(await persona('constructor')).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  it('logs a person in on another screen than the one that asked (RFC 8628), and renews their token once', async () => {
    const first = await logIn();
    expect(decodeJwt(String(first['access_token']))).toMatchObject({
      persona: 'supervisor-E09000012',
      cnf: { 'x5t#S256': laptop.thumbprint },
    });
    const renew = {
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: String(first['refresh_token']),
    };
    const second = await ask('/token', laptop, renew);
    expect([second.status, second.json['error_description']]).toEqual([200, undefined]);
    expect(second.json['refresh_token']).not.toBe(first['refresh_token']);
    // Whoever uses an old one again has stolen it, or was stolen from: everything of the login ends.
    expect((await ask('/token', laptop, renew)).json['error']).toBe('invalid_grant');
    expect((await introspect(second.json['access_token'])).json).toEqual({ active: false });
  });

  it('renews a token only over the certificate that the login was made with', async () => {
    const first = await logIn();
    const thief = await makeSenderCertificate(new Date().getTime());
    const renew = {
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: String(first['refresh_token']),
    };
    expect((await ask('/token', thief, renew)).json['error']).toBe('invalid_grant');
  });

  it('ends every token of a login that logs out', async () => {
    const { access_token: token, refresh_token: refresh } = await logIn();
    expect((await introspect(token)).json['active']).toBe(true);
    await ask('/token/revocation', laptop, { client_id: CLIENT_ID, token: String(refresh) });
    expect((await introspect(token)).json).toEqual({ active: false });
  });

  it('tells services alone whether a token holds', async () => {
    const { json } = await persona('auditor');
    const form = { token: String(json['access_token']) };
    expect((await introspect(form.token)).json).toMatchObject({ active: true, role: 'auditor' });
    for (const tls of [{}, laptop, config.personTls('operator')])
      expect((await ask('/token/introspection', tls, form)).status).toBe(401);
    for (const token of ['', 'a.b.c', `${form.token.slice(0, -4)}AAAA`])
      expect((await introspect(token)).json).toEqual({ active: false });
  });

  it('lets the operator alone end everything of a person, who can then come back', async () => {
    const { json } = await persona('dpo');
    const { sub } = decodeJwt(String(json['access_token']));
    expect((await ask(`/v1/people/${String(sub)}/revoke`, laptop, {})).status).toBe(401);
    expect((await operator(`/v1/people/${String(sub)}/revoke`)).status).toBe(204);
    expect((await introspect(json['access_token'])).json).toEqual({ active: false });
    expect((await persona('dpo')).json['error']).toBe('invalid_grant');
    expect((await operator(`/v1/people/${String(sub)}/restore`)).status).toBe(204);
    expect((await introspect(json['access_token'])).json).toEqual({ active: false });
    expect((await persona('dpo')).status).toBe(200);
    expect((await operator('/v1/people/STAFF-9999/revoke')).json['code']).toBe('ACC-009');
  });

  it('refuses the login page of an ended login and a name that is none', async () => {
    expect((await ask('/interaction/none', {})).text).toContain('This login has ended');
  });

  it('is spoken to by the sessions that tests, measurements and the command line use', async () => {
    const people = new PersonaSessions(config, () => new Date().getTime());
    const [first, second] = [await people.of('central-1'), await people.of('central-1')];
    expect(second.authorization).toBe(first.authorization);
    expect((await introspect(first.authorization?.slice(7))).json).toMatchObject({
      active: true,
      persona: 'central-1',
    });
  });

  it('does not start in a store of real people, and names what to use there', async () => {
    const start = startService({
      process: 'identity',
      module: IdentityModule,
      config: { ...config, synthetic: false },
      port: 0,
      logger: new ServiceLogger('identity', 'silent'),
    });
    await expect(start).rejects.toThrow('OIDC_ISSUER');
  });
});
