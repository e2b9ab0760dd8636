import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startStack, type RunningStack } from '@probity/local-stack';
import { makeSenderCertificate, type Credentials, type ProcessName } from '@probity/platform';
import { importJWK, SignJWT, type JWK } from 'jose';
import { Agent, request } from 'undici';
import { ConcurrentReaders, loggedSubjects, type Asking } from './concurrent-readers.js';
import { importArguments } from './fault-run.js';
import { writeList } from './lists.js';
import { Store, type Answer } from './store.js';

const BOROUGH = 'E09000012';
const NOBODY = 'ffffffff-0000-4000-8000-000000000000';
const RECORD_LIMIT = 20;

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

/** A route as the committed descriptions have it. */
interface Route {
  process: ProcessName;
  method: string;
  path: string;
  /** `undefined` is anyone. */
  callers: string[] | undefined;
}

const DESCRIBED: readonly (readonly [string, ProcessName])[] = [
  ['audit-ledger', 'audit-ledger'],
  ['borough-ingest', 'borough-ingest'],
  ['governance', 'governance'],
  ['identity-provider', 'identity'],
  ['projector', 'projector-matrix'],
  ['projector', 'projector-safeguarding'],
  ['vault', 'vault'],
];

/** Everybody, by the role that routes name. */
const PERSONAS: ReadonlyMap<string, string> = new Map([
  [`officer-${BOROUGH}`, 'borough-officer'],
  [`supervisor-${BOROUGH}`, 'borough-supervisor'],
  [`child-authority-${BOROUGH}`, 'child-authority'],
  ['central-1', 'central-team'],
  ['safeguarding-lead', 'safeguarding-lead'],
  ['partner-user', 'partner-user'],
  ['partner-admin', 'partner-administrator'],
  ['dpo', 'data-protection-officer'],
  ['auditor', 'auditor'],
  ['equality-analyst', 'equality-analyst'],
  ['operator', 'operator'],
]);
const SERVICES = [
  'vault',
  'borough-ingest',
  'governance',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
];

let store: Store;
let stack: RunningStack;
let listed: string[];
const agents = new Map<string, Agent>();

function routes(): Route[] {
  return DESCRIBED.flatMap(([file, process]) => {
    const url = new URL(`../../../docs/reference/openapi/${file}.json`, import.meta.url);
    const { paths } = JSON.parse(readFileSync(url, 'utf8')) as {
      paths: Record<string, Record<string, { 'x-callers'?: string[] }>>;
    };
    return Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, route]) => ({
          ...{ process, method: method.toUpperCase(), callers: route['x-callers'] },
          path: path
            .replace('{projection}', process.replace('projector-', ''))
            .replaceAll(/\{[^}]+\}/g, NOBODY),
        })),
      )
      .filter(({ path }) => process !== 'projector-matrix' || !path.includes('safeguarding'));
  });
}

/** Sends nothing but the request line: whoever may call is told what is missing, whoever may not is told so. */
async function call(
  { process, method, path }: Pick<Route, 'process' | 'method' | 'path'>,
  who: { tls?: Partial<Credentials['tls']>; authorization?: string | null },
): Promise<{ status: number; code: string | undefined }> {
  const { ca } = store.config.personTls('operator');
  const key = who.tls?.cert ?? '';
  const agent = agents.get(key) ?? new Agent({ connect: { ...who.tls, ca }, connections: 4 });
  agents.set(key, agent);
  const { authorization = null } = who;
  const answer = await request(`https://127.0.0.1:${String(store.config.ports[process])}${path}`, {
    method: method as 'GET',
    dispatcher: agent,
    headers: authorization === null ? {} : { authorization },
  });
  const text = await answer.body.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: answer.statusCode, code };
}

const nameOf = ({ process, method, path }: Route): string => `${process} ${method} ${path}`;
const isRefused = (code: string | undefined): boolean =>
  ['ACC-001', 'ACC-004', 'ACC-007', 'AUT-004'].includes(code ?? '');

/** The routes at which somebody is let in, or refused, otherwise than the descriptions say. */
async function differences(
  who: Credentials,
  mayCall: (callers: readonly string[]) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes()) {
    const isPermitted = route.callers === undefined || mayCall(route.callers);
    const { status, code } = await call(route, who);
    if (isRefused(code) === isPermitted || (!isPermitted && status !== 403))
      found.push(`${nameOf(route)}: ${String(status)} ${code ?? ''}`);
  }
  return found;
}

/** What a token was before it ended: everything else about it is right, and the provider's own key has signed it. */
async function endedToken({ authorization }: Credentials): Promise<string> {
  const [header = '', claims = ''] = (authorization ?? '').replace('Bearer ', '').split('.');
  const partOf = (text: string): object => JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
  const jwk = JSON.parse(
    readFileSync(store.home.path('keys', 'identity', 'signing.jwk.json'), 'utf8'),
  ) as JWK;
  const ended = Math.floor((performance.timeOrigin + performance.now()) / 1_000) - 1;
  const token = new SignJWT({ ...partOf(claims), exp: ended })
    .setProtectedHeader(partOf(header) as { alg: string })
    .sign(await importJWK(jwk, jwk.alg ?? 'ES256'));
  return `Bearer ${await token}`;
}

const open = (as: string, change: object = {}): Promise<Answer> =>
  store.call({
    ...{ process: 'vault', as, method: 'POST', path: '/v1/open' },
    content: {
      ...{ records: listed, family: 'matrix', fields: ['familyName'] },
      ...{ purpose: 'OFFENDER_MANAGEMENT', justification: 'Visit planned for this afternoon', ...change },
    },
  });

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  const folder = store.outside('lists', 'one');
  writeList(folder, { borough: BOROUGH, rows: 120, seed: 17, dialect: 'plain' });
  const command = { folder, borough: BOROUGH, asAt: '2026-11-01T09:00:00Z' };
  const { code, stderr } = await store.probity(...importArguments(command, store.outside('out', 'one.csv')));
  if (code !== 0) throw new Error(stderr);
  const { items } = await store.json<{ items: { recordId: string }[] }>(
    ...['matrix', '--as', `officer-${BOROUGH}`, '--limit', String(RECORD_LIMIT)],
    ...['--purpose', 'OFFENDER_MANAGEMENT', '--because', 'to choose whom to visit'],
  );
  listed = items.map(({ recordId }) => recordId);
});

afterAll(async () => {
  await Promise.all([...agents.values()].map((agent) => agent.destroy()));
  await stack.stop();
  await store.remove();
});

describe('every route', () => {
  it.each([...PERSONAS])('lets in %s as a %s, or not, as it says', async (persona, role) => {
    const who = await store.people.of(persona);
    expect(await differences(who, (callers) => callers.includes(role))).toEqual([]);
  });

  it.each(SERVICES)('lets in the service %s, or not, as it says', async (service) => {
    const who = { tls: store.config.serviceTls(service), authorization: null };
    const rules = ['service', `service:${service}`];
    expect(await differences(who, (callers) => callers.some((rule) => rules.includes(rule)))).toEqual([]);
  });

  it('that is not for anyone lets in nobody who shows nothing, or a stolen, a foreign or an expired token', async () => {
    const owner = await store.people.of('central-1');
    const thief = await makeSenderCertificate(performance.timeOrigin + performance.now());
    const closed = routes().filter(({ callers }) => callers !== undefined);
    const foreign = `${owner.authorization!.slice(0, -8)}AAAAAAAA`;
    const ended = await endedToken(owner);
    for (const route of closed) {
      expect([nameOf(route), await call(route, {})]).toEqual([
        nameOf(route),
        { status: 401, code: 'ACC-004' },
      ]);
      for (const who of [
        { tls: thief, authorization: owner.authorization },
        { tls: owner.tls, authorization: foreign },
        { tls: owner.tls, authorization: ended },
        { tls: store.config.serviceTls('governance'), authorization: owner.authorization },
      ])
        expect([nameOf(route), await call(route, who)]).toEqual([
          nameOf(route),
          { status: 401, code: 'ACC-007' },
        ]);
    }
  });

  it('lets nobody in whose tokens the operator has ended', async () => {
    const { authorization, tls } = await store.people.of('dpo');
    const [, claims = ''] = authorization!.split('.');
    const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
    const path = `/v1/people/${sub}/revoke`;
    expect(
      (await store.call({ process: 'identity', as: 'operator', method: 'POST', path, content: {} })).status,
    ).toBe(204);
    const route = { process: 'governance', method: 'GET', path: '/v1/matrix' } as const;
    while ((await call(route, { tls, authorization })).code !== 'ACC-007');
  });
});

describe('a look on the running stack', () => {
  it('opens the names that the borough had sent, for who may see them', async () => {
    const { status, body } = await open(`officer-${BOROUGH}`);
    const items = body!['items'] as { recordId: string; familyName: string }[];
    expect([status, items.map(({ recordId }) => recordId)]).toEqual([200, listed]);
    const list = readFileSync(store.outside('lists', 'one', `${BOROUGH}.csv`), 'utf8');
    for (const { familyName } of items) expect(list).toContain(familyName);
    expect((await open('officer-E09000013')).body!['items']).toEqual([]);
  });

  it('[attacker 14][R-80] shows nothing while the log of looks is away, and everything again afterwards', async () => {
    await stack.kill('kafka');
    const { status, body } = await open('central-1');
    expect([status, body!.code]).toEqual([503, 'LOG-001']);
    const list = await store.probity(
      'matrix',
      '--purpose',
      'AUDIT',
      '--because',
      'quarterly sample',
      '--as',
      'auditor',
    );
    expect(list.code).not.toBe(0);
    expect(list.stderr).toContain('LOG-001');
    await stack.restart('kafka');
    let again = await open('central-1');
    while (again.status === 503) again = await open('central-1');
    expect(again.status).toBe(200);
  });

  it('[R-80][attacker 14] has exactly what it served in the log, by 200 readers while services are killed', async () => {
    const reason = { purpose: 'OFFENDER_MANAGEMENT', justification: 'to plan the week with the team' };
    const list: Omit<Asking, 'persona'> = {
      ...{ process: 'governance', method: 'GET', path: `/v1/matrix?limit=20&borough=${BOROUGH}` },
      headers: {
        'probity-purpose': reason.purpose,
        'probity-justification': encodeURIComponent(reason.justification),
      },
    };
    const names: Omit<Asking, 'persona'> = {
      ...{ process: 'vault', method: 'POST', path: '/v1/open' },
      content: { records: listed.slice(0, 2), family: 'matrix', fields: ['familyName'], ...reason },
    };
    const readers = await ConcurrentReaders.start(
      store,
      [`officer-${BOROUGH}`, `supervisor-${BOROUGH}`, 'central-1', 'central-2'].flatMap((persona) => [
        { ...list, persona },
        { ...names, persona },
      ]),
      200,
    );
    await readers.answersMore(400);
    for (const victim of ['governance', 'vault', 'kafka', 'postgres'] as const) {
      await stack.kill(victim);
      await stack.restart(victim);
      await readers.answersMore(400);
    }
    await readers.stop();

    const logged = await loggedSubjects(store);
    const answered = readers.looks.filter(({ rows }) => rows !== null);
    const wrong = answered.filter(({ traceId, rows }) => `${String(logged.get(traceId))}` !== String(rows));
    expect(wrong).toEqual([]);
    // An answer that was lost with its service is in the log or not, and never twice.
    const lost = readers.looks.filter(({ rows }) => rows === null);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.filter(({ traceId }) => (logged.get(traceId) ?? []).length > 1)).toEqual([]);
    expect(answered.length).toBeGreaterThan(2_000);
  });
});
