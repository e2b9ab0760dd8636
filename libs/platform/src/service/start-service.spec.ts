import { existsSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Body, Controller, Get, Module, Param, Post, Put } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestIssuer } from '@probity/testing';
import type { TokenChange } from '@probity/testing';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { loadStackConfig } from '../config/stack-config.js';
import type { TlsMaterial } from '../config/stack-config.js';
import { BodyStream, boundedBytes, type BodyBytes } from '../http/body-stream.js';
import { requireBorough } from '../http/caller.js';
import type { Caller } from '../http/caller.js';
import { Callers, CurrentCaller, PersonDecides } from '../http/callers.decorator.js';
import { makeSenderCertificate } from '../identity/sender-certificate.js';
import { currentTrace } from '../http/trace-context.js';
import { ServiceLogger } from '../logging/service-logger.js';
import { ask } from '../../test/https-client.js';
import type { Answer, Question } from '../../test/https-client.js';
import { LocalAuthority, makeHome } from '../../test/local-authority.js';
import { startService } from './start-service.js';
import type { RunningService } from './start-service.js';

class Parcel {
  @IsString()
  @Length(2, 9)
  label!: string;

  @IsInt()
  @Min(1)
  @Max(10)
  weight!: number;
}

@Controller('v1/parcels')
class ParcelController {
  @Get('borough/:borough')
  @Callers('borough-officer', 'central-team')
  list(@CurrentCaller() caller: Caller, @Param('borough') borough: string): Caller {
    requireBorough(caller, borough);
    return caller;
  }

  @Post()
  @PersonDecides()
  @Callers('central-team')
  async add(@Body() parcel: Parcel): Promise<{ label: string; traceId: string | undefined }> {
    await Promise.resolve();
    return { label: parcel.label, traceId: currentTrace()?.traceId };
  }

  @Put('upload')
  @Callers('central-team')
  async upload(@BodyStream() body: BodyBytes): Promise<{ bytes: number }> {
    let bytes = 0;
    for await (const part of Readable.from(body).pipe(boundedBytes(3_000_000)))
      bytes += (part as Buffer).length;
    return { bytes };
  }

  @Get('broken')
  @Callers('service:vault')
  broken(): never {
    throw new Error('canary-in-error');
  }
}

@Module({ controllers: [ParcelController] })
class ParcelModule {}

@Controller('v1/open')
class OpenController {
  @Get()
  anyone(): string {
    return 'no declaration';
  }
}

@Module({ controllers: [OpenController] })
class OpenModule {}

describe('a service behind mutual TLS', () => {
  let authority: LocalAuthority;
  let home: Awaited<ReturnType<typeof makeHome>>;
  let service: RunningService;
  const people = new Map<string, TlsMaterial>();
  const tokens = new Map<string, string>();
  let issuer: TestIssuer;
  const lines: string[] = [];

  const send = async (path: string, question: Question & { by?: string } = {}): Promise<Answer> => {
    const tls = question.by === undefined ? undefined : people.get(question.by);
    const token = tokens.get(question.by ?? '');
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...question.headers,
    };
    return ask(service.url + path, authority.ca, {
      ...question,
      headers,
      ...(tls === undefined ? {} : { tls }),
    });
  };

  beforeAll(async () => {
    authority = await LocalAuthority.create();
    home = await makeHome(authority, 'governance');
    issuer = await TestIssuer.start(await authority.issue('CN=identity,OU=service,O=central'));
    const stranger = await LocalAuthority.create();
    const subjects = {
      operator: 'CN=operator,OU=operator,O=central',
      vault: 'CN=vault,OU=service,O=central',
      ingest: 'CN=borough-ingest,OU=service,O=central',
      twice: 'CN=vault,OU=service,OU=operator,O=central',
    };
    for (const [name, subject] of Object.entries(subjects)) people.set(name, await authority.issue(subject));
    people.set('stranger', await stranger.issue(subjects.vault));
    const { thumbprint, cert, key } = await makeSenderCertificate(new Date().getTime());
    for (const [name, persona] of [
      ['officer', 'officer-E09000012'],
      ['central', 'central-1'],
    ] as const) {
      people.set(name, { ca: authority.ca, cert, key });
      tokens.set(name, await issuer.tokenFor(persona, thumbprint));
    }
    const other = await makeSenderCertificate(new Date().getTime());
    people.set('thief', { ca: authority.ca, cert: other.cert, key: other.key });
    const change = async (name: string, what: TokenChange): Promise<void> => {
      people.set(name, { ca: authority.ca, cert, key });
      tokens.set(name, await issuer.tokenFor('central-1', thumbprint, what));
    };
    await change('late', { endsIn: -1 });
    await change('forger', { forged: true });
    await change('elsewhere', { claims: { aud: 'urn:another:api' } });
    await change('foreigner', { claims: { iss: 'https://elsewhere.example' } });
    await change('identity-token', { type: 'JWT' });
    await change('placeless', { claims: { role: 'borough-officer' } });
    await change('double', { claims: { borough: 'E09000012' } });
    await change('revoked', {});
    issuer.revoke(tokens.get('revoked') ?? '');
    tokens.set('thief', tokens.get('central') ?? '');
    service = await startService({
      process: 'governance',
      module: ParcelModule,
      config: loadStackConfig({ PROBITY_HOME: home.home, OIDC_ISSUER: issuer.url }),
      port: 0,
      version: '9.9.9',
      logger: new ServiceLogger('governance', 'info', { write: (line: string) => void lines.push(line) }),
    });
  });

  afterAll(async () => {
    await service.close();
    await issuer.close();
    home.remove();
  });

  it.each([
    ['late', 'The token has ended.'],
    ['forger', 'The token was given out by somebody else, or for something else.'],
    ['elsewhere', 'The token was given out by somebody else, or for something else.'],
    ['foreigner', 'The token was given out by somebody else, or for something else.'],
    ['identity-token', 'The token was given out by somebody else, or for something else.'],
    ['thief', 'The token was given to the holder of another certificate.'],
    ['placeless', 'The token does not have the form, or not the claims, of an access token of this system.'],
    ['double', 'The token does not have the form, or not the claims, of an access token of this system.'],
    ['revoked', 'The token has been revoked.'],
  ])('does not believe the token of a caller who is %s', async (by, detail) => {
    const { status, json, headers, text } = await send('/v1/parcels/borough/E09000012', { by });
    expect([status, json['code'], json['detail']]).toEqual([401, 'ACC-007', detail]);
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(text).not.toContain(tokens.get(by));
  });

  it('believes no token that is none, and none without a certificate to bind it to', async () => {
    const path = '/v1/parcels/borough/E09000012';
    for (const authorization of [
      'Bearer',
      'Basic YTpi',
      'Bearer a b',
      `Bearer ${tokens.get('central') ?? ''}`,
    ])
      expect((await send(path, { headers: { authorization } })).json).toMatchObject({ code: 'ACC-007' });
    const asOperator = { by: 'operator', headers: { authorization: 'Bearer nonsense' } };
    expect((await send('/v1/clock', asOperator)).json['code']).toBe('ACC-007');
  });

  it.each([
    ['too long', `/v1/parcels/borough/${'SYN-Ardelwick'.repeat(20)}`, 414, 'HTTP-414'],
    ['not well-formed', '/v1/parcels/borough/SYN-Ardelwick%zz', 400, 'SCH-001'],
  ])(
    'answers an address that is %s as any other refusal, and does not repeat it',
    async (_, path, status, code) => {
      const answer = await send(path, { by: 'central' });
      expect([answer.status, answer.json['code'], answer.json['instance']]).toEqual([
        status,
        code,
        'about:blank',
      ]);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.text).not.toContain('Ardelwick');
    },
  );

  it('believes a token that it has just believed no longer than until its end', async () => {
    const { thumbprint, cert, key } = await makeSenderCertificate(new Date().getTime());
    people.set('leaver', { ca: authority.ca, cert, key });
    tokens.set('leaver', await issuer.tokenFor('central-2', thumbprint, { endsIn: 2 }));
    const ask = (): Promise<Answer> => send('/v1/parcels/borough/E09000012', { by: 'leaver' });
    let answer = await ask();
    expect(answer.status).toBe(200);
    while (answer.status === 200) answer = await ask();
    expect(answer).toMatchObject({ status: 401, json: { code: 'ACC-007', detail: 'The token has ended.' } });
  });

  it('believes nobody while the issuer does not say whether a token holds, and everybody again afterwards', async () => {
    const { thumbprint, cert, key } = await makeSenderCertificate(new Date().getTime());
    people.set('late riser', { ca: authority.ca, cert, key });
    tokens.set('late riser', await issuer.tokenFor('central-2', thumbprint));
    const ask = (): Promise<Answer> => send('/v1/parcels/borough/E09000012', { by: 'late riser' });
    issuer.isAway = true;
    expect(await ask()).toMatchObject({ status: 503, json: { code: 'ACC-008' } });
    issuer.isAway = false;
    expect(await ask()).toMatchObject({ status: 200, json: { name: 'central-2' } });
  });

  it('[AUT-004] lets no service do what a person must decide', async () => {
    const body = { label: 'ab', weight: 1 };
    const answer = await send('/v1/parcels', { method: 'POST', body, by: 'ingest' });
    expect([answer.status, answer.json['code']]).toEqual([403, 'AUT-004']);
  });

  it('answers 401 without a certificate, with one of another authority, and with an ambiguous subject', async () => {
    const body = { label: 'ab', weight: 1 };
    for (const by of [undefined, 'stranger', 'twice']) {
      const answer = await send('/v1/parcels', { method: 'POST', body, ...(by === undefined ? {} : { by }) });
      expect(answer.status).toBe(401);
      expect(answer.json).toMatchObject({ code: 'ACC-004', status: 401 });
    }
  });

  it('knows the caller again when a TLS session is resumed, and still nobody without a certificate', async () => {
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 });
    const resumed: boolean[] = [];
    agent.on('keylog', (_line: Buffer, socket: TLSSocket) => {
      socket.once('secureConnect', () => resumed.push(socket.isSessionReused()));
    });
    const path = '/v1/parcels/borough/E09000012';
    for (let round = 0; round < 3; round += 1) {
      expect((await send(path, { by: 'officer', agent })).json).toMatchObject({ name: 'officer-E09000012' });
      expect((await send(path, { by: 'central', agent })).json).toMatchObject({ name: 'central-1' });
      expect((await send(path, { agent })).status).toBe(401);
    }
    expect(resumed).toContain(true);
    agent.destroy();
  });

  it('answers health and info to anyone', async () => {
    expect((await send('/health/live')).json).toEqual({ status: 'live' });
    const ready = await send('/health/ready');
    expect([ready.status, ready.json['ready']]).toEqual([200, true]);
    expect((await send('/info')).json).toMatchObject({
      process: 'governance',
      version: '9.9.9',
      storeId: 'test-store',
      clock: { mode: 'controlled' },
    });
  });

  it('refuses a role or a service that the route does not name with ACC-001', async () => {
    const refused = await send('/v1/parcels', {
      method: 'POST',
      body: { label: 'ab', weight: 1 },
      by: 'officer',
    });
    expect(refused.status).toBe(403);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.json).toMatchObject({ code: 'ACC-001', instance: '/v1/parcels', errors: [] });
    expect((await send('/v1/parcels/broken', { by: 'ingest' })).json).toMatchObject({ code: 'ACC-001' });
  });

  it("[R-85] shows borough staff their own borough and refuses another's with ACC-002", async () => {
    const own = await send('/v1/parcels/borough/E09000012', { by: 'officer' });
    expect(own.json).toMatchObject({
      name: 'officer-E09000012',
      role: 'borough-officer',
      borough: 'E09000012',
    });
    const other = await send('/v1/parcels/borough/E09000013', { by: 'officer' });
    expect([other.status, other.json['code']]).toEqual([403, 'ACC-002']);
    expect((await send('/v1/parcels/borough/E09000013', { by: 'central' })).status).toBe(200);
  });

  it('[R-19] refuses unknown fields with SCH-002 and never repeats a value', async () => {
    const body = { label: 'ab', weight: 1, homeAddress: 'canary-street', 'canary street 5': 1 };
    const answer = await send('/v1/parcels', { method: 'POST', body, by: 'central' });
    expect([answer.status, answer.json['code']]).toEqual([400, 'SCH-002']);
    expect(answer.json['errors']).toContainEqual(
      expect.objectContaining({ field: 'homeAddress', code: 'SCH-002' }),
    );
    expect(answer.text).not.toContain('canary');
    expect(lines.join('')).not.toContain('canary-street');
  });

  it('refuses unreadable values with SCH-003, names the fields and never repeats a value', async () => {
    const body = { label: 'canary-label-too-long', weight: 99 };
    const answer = await send('/v1/parcels', { method: 'POST', body, by: 'central' });
    expect([answer.status, answer.json['code']]).toEqual([400, 'SCH-003']);
    expect((answer.json['errors'] as { field: string }[]).map((item) => item.field)).toEqual([
      'label',
      'weight',
    ]);
    expect(answer.text).not.toContain('canary');
  });

  it('refuses broken JSON, wrong media types and bodies over the limit without quoting them', async () => {
    const post = async (raw: string, type: string): Promise<Answer> =>
      send('/v1/parcels', { method: 'POST', raw, headers: { 'content-type': type }, by: 'central' });
    const broken = await post('{"label": canary', 'application/json');
    expect([broken.status, broken.json['code']]).toEqual([400, 'SCH-001']);
    expect(broken.text).not.toContain('canary');
    expect((await post('canary', 'text/plain')).status).toBe(415);
    expect((await post(`{"label":"${'x'.repeat(1_100_000)}"}`, 'application/json')).status).toBe(413);
    const missing = await send('/v1/canary?name=canary', { by: 'central' });
    expect([missing.status, missing.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    expect(missing.text).not.toContain('canary');
  });

  it('says nothing about a fault but its correlation id, and logs it without the request', async () => {
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const answer = await send('/v1/parcels/broken?who=canary-query', { by: 'vault', headers });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('canary');
    expect(answer.json['correlationId']).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    const line = lines.find((text) => text.includes('request failed')) ?? '';
    expect(line).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(line).toContain('ParcelController.broken');
    expect(line).not.toContain('canary-query');
  });

  it('continues the trace of the caller through the handler to the answer', async () => {
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const body = { label: 'ab', weight: 1 };
    const answer = await send('/v1/parcels', { method: 'POST', body, by: 'central', headers });
    expect(answer.json['traceId']).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(answer.headers['traceparent']).toMatch(
      /^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/,
    );
  });

  it('streams an upload past the JSON limit and stops it at its own', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const upload = async (size: number): Promise<Answer> =>
      send('/v1/parcels/upload', { method: 'PUT', raw: Buffer.alloc(size), headers, by: 'central' });
    expect((await upload(2_500_000)).json).toEqual({ bytes: 2_500_000 });
    expect((await upload(3_500_000)).status).toBe(413);
  });

  it('lets the operator alone move the clock, and never back', async () => {
    const put = async (now: string, by: string): Promise<Answer> =>
      send('/v1/clock', { method: 'PUT', body: { now }, by });
    expect((await put('2026-11-02T09:00:00Z', 'central')).status).toBe(403);
    expect((await put('2026-11-02T09:00:00Z', 'operator')).json['now']).toBe('2026-11-02T09:00:00.000Z');
    const back = await put('2026-11-01T09:00:00.000Z', 'operator');
    expect([back.status, back.json['code']]).toEqual([409, 'CLK-001']);
    expect((await put('yesterday', 'operator')).json['code']).toBe('SCH-003');
    expect((await send('/info')).json['clock']).toMatchObject({ now: '2026-11-02T09:00:00.000Z' });
  });

  it('describes itself in OpenAPI 3.1 with the callers of each route', async () => {
    const { json } = await send('/openapi.json');
    expect(json['openapi']).toBe('3.1.0');
    expect(json['paths']).toHaveProperty(['/v1/parcels', 'post', 'x-callers'], ['central-team']);
  });

  it('serves metrics, and only metrics, on their own port', async () => {
    const door = `http://127.0.0.1:${String(service.metricsPort)}`;
    const text = await (await fetch(`${door}/metrics`)).text();
    expect(text).toMatch(/^probity_http_request_seconds_count\{.*route="\/v1\/parcels",status="403"\} 2$/m);
    expect((await fetch(`${door}/info`)).status).toBe(404);
  });

  it('writes its run file while it listens and removes it when it stops', async () => {
    const other = await startService({
      process: 'governance',
      module: ParcelModule,
      config: { ...service.config, paths: { ...service.config.paths, run: join(home.home, 'run-2') } },
      port: 0,
      logger: new ServiceLogger('governance', 'silent'),
    });
    const file = join(home.home, 'run-2', 'governance.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, port: other.port });
    await other.close();
    expect(existsSync(file)).toBe(false);
  });

  it('does not start with a route that says neither who may call it nor that anyone may', async () => {
    const start = startService({
      process: 'governance',
      module: OpenModule,
      config: service.config,
      port: 0,
      logger: new ServiceLogger('governance', 'silent'),
    });
    await expect(start).rejects.toThrow('OpenController.anyone');
  });

  it('names the port when it is taken', async () => {
    const start = startService({
      process: 'governance',
      module: ParcelModule,
      config: service.config,
      port: service.port,
      logger: new ServiceLogger('governance', 'silent'),
    });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE', port: service.port });
  });
});
