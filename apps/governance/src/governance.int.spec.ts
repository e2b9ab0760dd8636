import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { shortReference } from '@probity/domain';
import { eventStoreMigrations } from '@probity/event-store';
import { WriterRegistry, decodeRecord } from '@probity/events';
import type { WriterRegistryFile } from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import type { ConsumedRecord } from '@probity/messaging';
import { ServiceLogger, openApiOf, startService } from '@probity/platform';
import type { RunningService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type { Client } from 'pg';
import { LOOKS_TOPIC } from '@probity/access-log';
import type { StoredEvent } from '@probity/events';
import { open, sealContextOf } from '@probity/sealing';
import { DataSource } from 'typeorm';
import { KeyLender } from '../test/key-lender.js';
import { GovernanceModule } from './governance.module.js';
import { migrateGovernance } from './migrations/migrate-governance.js';

const NOW = '2026-11-01T09:00:00.000Z';
const HACKNEY = 'E09000012';

// The columns of the projector's table that governance reads.
const MATRIX_TABLE = `
CREATE SCHEMA matrix;
CREATE TABLE matrix.entry (record_id uuid PRIMARY KEY, borough text NOT NULL, role text NOT NULL, band text NOT NULL,
  legacy_assertion boolean NOT NULL, entered_at timestamptz NOT NULL, review_due timestamptz NOT NULL,
  withhold_from timestamptz NOT NULL, version integer NOT NULL, topic text NOT NULL, topic_offset bigint NOT NULL);
GRANT USAGE ON SCHEMA matrix TO probity_reader;
CREATE TABLE matrix.checkpoint (topic text NOT NULL, next_offset bigint NOT NULL, generation integer NOT NULL);
INSERT INTO matrix.checkpoint VALUES ('matrix.E09000012', 10433, 3), ('matrix.E09000002', 7, 3);
GRANT SELECT ON matrix.entry, matrix.checkpoint TO probity_reader;`;

async function migrateEvents(env: NodeJS.ProcessEnv): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: env['MIGRATION_EVENTS_URL'] ?? '',
    ssl: { ca: readFileSync(env['MIGRATION_CA'] ?? '', 'utf8') },
    migrations: eventStoreMigrations,
    migrationsTableName: 'event_store_migration',
    installExtensions: false,
  });
  await source.initialize();
  await source.runMigrations();
  await source.destroy();
}

interface Answer {
  status: number;
  json: Record<string, unknown>;
}

/** Why the tests look. */
const REASON = {
  'probity-purpose': 'VIOLENCE_REDUCTION_TASKING',
  'probity-justification': encodeURIComponent('Weekly tasking meeting – Hackney'),
};

describe('governance', () => {
  let harness: Harness;
  let service: RunningService;
  let lender: KeyLender;
  let events: Client;
  let views: Client;

  const call = async (
    method: string,
    path: string,
    by: string,
    body?: unknown,
    change: object = {},
  ): Promise<Answer> => {
    const { tls, authorization } = await harness.as(by);
    return new Promise((resolve, reject) => {
      const headers = {
        ...(authorization === null ? {} : { authorization }),
        ...REASON,
        ...change,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const sent = request(service.url + path, { method, headers, agent: false, ...tls }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) as Record<string, unknown> });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  const central = (number: 1 | 2): string => `central-${String(number)}`;
  const ingest = (): string => 'borough-ingest';
  /** Every entry of the log of looks, the oldest of each partition first; partitions are filled in turn. */
  const looks = async (): Promise<StoredEvent[]> => {
    const log = new KafkaLog({ clientId: 'test', connection: harness.config.kafka('audit-ledger') });
    const topic = topicName(LOOKS_TOPIC, harness.topicPrefix);
    const found: StoredEvent[] = [];
    for (let partition = 0; partition < 4; partition += 1) {
      const { low, high } = await log.marks(topic, partition);
      if (high > low)
        for await (const record of log.read(topic, partition, low, high))
          found.push(decodeRecord({ ...record, topic: LOOKS_TOPIC }));
    }
    await log.close();
    return found.sort((a, b) => (a.header.id < b.header.id ? -1 : 1));
  };
  const newHash = (): string => (randomUUID() + randomUUID()).replaceAll('-', '');
  const asked = (fileHash = newHash()): Record<string, unknown> => ({
    borough: HACKNEY,
    fileHash,
    groupsHash: null,
    asAt: NOW,
  });
  const eventsOf = async (stream: string): Promise<Record<string, unknown>[]> => {
    const { rows } = await events.query<{ header: Buffer; skeleton: Buffer }>(
      'SELECT header, skeleton FROM events.event WHERE stream LIKE $1 ORDER BY position',
      [stream],
    );
    return rows.map((row) => ({
      ...(JSON.parse(row.header.toString()) as object),
      skeleton: JSON.parse(row.skeleton.toString()) as unknown,
    }));
  };

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents, migrateGovernance], boroughs: [HACKNEY] });
    events = await harness.connect('probity_owner', 'probity_events');
    views = await harness.connect('probity_owner', 'probity_views');
    await views.query(MATRIX_TABLE);
    lender = await KeyLender.start(harness.config);
    service = await startService({
      process: 'governance',
      module: GovernanceModule,
      config: harness.config,
      port: 0,
      logger: new ServiceLogger('governance', 'silent'),
    });
  }, 300_000);

  afterAll(async () => {
    await service.close();
    await lender.close();
    await harness.close();
  }, 60_000);

  describe('migration windows', () => {
    it('are asked for by one person of the central team and opened by another', async () => {
      const body = asked();
      const first = await call('POST', '/v1/migration-windows', central(1), body);
      expect(first).toMatchObject({
        status: 201,
        json: { state: 'requested', requestedBy: 'central-1', approvedBy: null },
      });
      const id = String(first.json['id']);
      const own = await call('POST', `/v1/migration-windows/${id}/approve`, central(1));
      expect(own).toMatchObject({ status: 422, json: { code: 'AUT-001' } });
      expect(await eventsOf(`windows/${id}`)).toEqual([]);
      const other = await call('POST', `/v1/migration-windows/${id}/approve`, central(2));
      expect(other).toMatchObject({ status: 200, json: { state: 'open', approvedBy: 'central-2' } });
      expect(await eventsOf(`windows/${id}`)).toMatchObject([
        {
          type: 'probity.oversight.migration-window-opened.v1',
          topic: 'oversight',
          streamversion: 1,
          time: NOW,
          actor: 'central-2',
          skeleton: { ...body, openedBy: ['central-1', 'central-2'] },
        },
      ]);
    });

    it('leave a refusal in the log without any word about a person', async () => {
      const { json } = await call('POST', '/v1/migration-windows', central(1), asked());
      await call('POST', `/v1/migration-windows/${String(json['id'])}/approve`, central(1));
      const refusals = await eventsOf('refusals/%');
      expect(refusals.at(-1)).toMatchObject({
        topic: 'access',
        skeleton: { borough: HACKNEY, command: 'ApproveMigrationWindow', codes: ['AUT-001'] },
      });
    });

    it('are found again by the same file, also when asked for at once', async () => {
      const body = asked();
      // Another change of the same file is under way, so that all requests meet at the same point.
      await events.query('BEGIN');
      await events.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${HACKNEY}/${String(body['fileHash'])}`,
      ]);
      const answering = [1, 2, 1].map((who) =>
        call('POST', '/v1/migration-windows', central(who as 1 | 2), body),
      );
      await waitingForLocks(views, answering.length);
      await events.query('COMMIT');
      const answers = await Promise.all(answering);
      expect(new Set(answers.map((answer) => answer.json['id'])).size).toBe(1);
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 201]);
    }, 30_000);

    it('are opened once, also when approved at once', async () => {
      const id = String((await call('POST', '/v1/migration-windows', central(1), asked())).json['id']);
      await events.query('BEGIN');
      await events.query('SELECT FROM governance.migration_window WHERE id = $1 FOR UPDATE', [id]);
      const approve = `/v1/migration-windows/${id}/approve`;
      const answering = [0, 1, 2].map(() => call('POST', approve, central(2)));
      await waitingForLocks(views, answering.length);
      await events.query('COMMIT');
      expect((await Promise.all(answering)).map((answer) => answer.status)).toEqual([200, 200, 200]);
      expect(await eventsOf(`windows/${id}`)).toHaveLength(1);
    }, 30_000);

    it('are closed by the ingest alone, once and for ever', async () => {
      const body = asked();
      const id = String((await call('POST', '/v1/migration-windows', central(1), body)).json['id']);
      const path = `/v1/migration-windows/${id}/close`;
      expect((await call('POST', path, central(1), { rows: 3 })).json['code']).toBe('ACC-001');
      expect((await call('POST', path, 'vault', { rows: 3 })).json['code']).toBe('ACC-001');
      expect((await call('POST', path, ingest(), { rows: 3 })).json['code']).toBe('GOV-008');
      await call('POST', `/v1/migration-windows/${id}/approve`, central(2));
      for (let round = 0; round < 2; round += 1) {
        expect(await call('POST', path, ingest(), { rows: 3 })).toMatchObject({
          status: 200,
          json: { state: 'closed' },
        });
      }
      const [opened, closed, ...more] = await eventsOf(`windows/${id}`);
      expect(more).toEqual([]);
      expect(closed).toMatchObject({
        type: 'probity.oversight.migration-window-closed.v1',
        streamversion: 2,
        causationid: opened?.['id'],
        actor: 'borough-ingest',
        actorkind: 'service',
        skeleton: { borough: HACKNEY, fileHash: body['fileHash'], rows: 3 },
      });
      const again = await call('POST', '/v1/migration-windows', central(1), {
        ...body,
        groupsHash: newHash(),
      });
      expect(again).toMatchObject({ status: 409, json: { code: 'GOV-007', windowId: id } });
      expect((await call('POST', `/v1/migration-windows/${id}/approve`, central(2))).json['code']).toBe(
        'GOV-007',
      );
    });

    it('are refused for a future time, for a place outside the model and for unreadable values', async () => {
      const future = await call('POST', '/v1/migration-windows', central(1), {
        ...asked(),
        asAt: '2026-11-01T09:00:00.001Z',
      });
      expect(future).toMatchObject({ status: 422, json: { code: 'SCH-003' } });
      const city = await call('POST', '/v1/migration-windows', central(1), {
        ...asked(),
        borough: 'E09000001',
      });
      expect(city).toMatchObject({ status: 422, json: { code: 'SCH-004' } });
      for (const wrong of [
        { fileHash: 'abc' },
        { groupsHash: 7 },
        { asAt: '2026-02-30T09:00:00.000Z' },
        { asAt: 'now' },
      ]) {
        const answer = await call('POST', '/v1/migration-windows', central(1), { ...asked(), ...wrong });
        expect(answer).toMatchObject({ status: 400, json: { code: 'SCH-003' } });
      }
      expect((await call('POST', '/v1/migration-windows', ingest(), asked())).status).toBe(403);
    });

    it('are listed by borough and file for the central team and for services', async () => {
      const body = asked();
      const id = String((await call('POST', '/v1/migration-windows', central(1), body)).json['id']);
      const query = `?borough=${HACKNEY}&fileHash=${String(body['fileHash'])}`;
      expect((await call('GET', `/v1/migration-windows${query}`, ingest())).json).toMatchObject({
        items: [{ id, ...body }],
      });
      expect((await call('GET', `/v1/migration-windows/${id}`, ingest())).json).toMatchObject({ id });
      expect((await call('GET', `/v1/migration-windows/${randomUUID()}`, central(1))).status).toBe(404);
      expect((await call('GET', '/v1/migration-windows?order=asc', central(1))).json['code']).toBe('SCH-002');
      const operator = 'operator';
      expect((await call('GET', '/v1/migration-windows', operator)).json['code']).toBe('ACC-001');
    });

    it('reach the oversight topic with a signature that only governance can give', async () => {
      const id = String((await call('POST', '/v1/migration-windows', central(1), asked())).json['id']);
      await call('POST', `/v1/migration-windows/${id}/approve`, central(2));
      const record = await published(harness, (found) => found.key === id);
      const event = decodeRecord({
        topic: 'oversight',
        key: record.key,
        headers: record.headers,
        value: record.value,
      });
      const registry = JSON.parse(readFileSync(harness.config.paths.writers, 'utf8')) as WriterRegistryFile;
      expect(() => {
        new WriterRegistry(registry).verify(event);
      }).not.toThrow();
      expect(registry[event.writer.keyId]?.writer).toBe('governance');
    }, 60_000);
  });

  describe('the log of looks', () => {
    const WHY = {
      'probity-purpose': 'LAWFULNESS',
      'probity-justification': encodeURIComponent('Quarterly check of who looks at what'),
    };
    const read = (by: string, query = '', change: object = WHY): Promise<Answer> =>
      call('GET', `/v1/looks${query}`, by, undefined, change);
    const itemsOf = ({ json }: Answer): Record<string, unknown>[] =>
      json['items'] as Record<string, unknown>[];
    const lastOf = async (): Promise<StoredEvent> => (await looks()).at(-1)!;

    it('[R-82][R-101] is read for a purpose of the law, and holds who read it', async () => {
      await call('GET', `/v1/matrix?borough=${HACKNEY}`, central(2));
      const answer = await read('dpo', `?by=${central(2)}&list=matrix&outcome=shown`);
      expect([answer.status, itemsOf(answer).at(-1)]).toMatchObject([
        200,
        {
          ...{ by: central(2), role: 'central-team', action: 'LIST_ENTRIES', list: 'matrix' },
          ...{ purpose: REASON['probity-purpose'], outcome: 'shown', codes: [], borough: HACKNEY },
        },
      ]);
      const entry = await lastOf();
      expect(entry.header).toMatchObject({ id: answer.json['entry'], actor: 'dpo', purpose: 'LAWFULNESS' });
      expect(entry.skeleton).toMatchObject({ action: 'READ_LOG', family: 'log', subjectCount: 0 });
      expect(itemsOf(await read('auditor', '?action=READ_LOG&by=dpo')).map(({ id }) => id)).toContain(
        answer.json['entry'],
      );
    });

    it.each([
      ['a purpose that is missing', 400, 'LOG-002', { 'probity-purpose': '' }],
      ['a justification that is missing', 400, 'LOG-002', { 'probity-justification': '' }],
      ['a purpose that is none', 400, 'PUR-001', { 'probity-purpose': 'CURIOSITY' }],
      ['the performance of officers', 403, 'PUR-004', { 'probity-purpose': 'PERFORMANCE' }],
      ['a purpose of the lists', 403, 'PUR-004', { 'probity-purpose': 'AUDIT' }],
      ['a purpose of somebody else', 403, 'PUR-003', { 'probity-purpose': 'DISCIPLINE' }],
    ])('[attacker 25][R-82] is not read for %s', async (_, status, code, change) => {
      const before = (await looks()).length;
      const answer = await read('auditor', '', { ...WHY, ...change });
      expect([answer.status, answer.json['code'], answer.json['items']]).toEqual([status, code, undefined]);
      const after = await looks();
      expect(after.length - before).toBe(1);
      expect(
        after.find(({ header }) => header.actor === 'auditor' && header.type.includes('refused')),
      ).toBeDefined();
      expect(after.at(-1)?.skeleton).toMatchObject({ action: 'READ_LOG', family: 'log', codes: [code] });
    });

    it.each(['officer-E09000012', 'central-1', 'equality-analyst', 'operator', 'borough-ingest'])(
      'is not read by %s',
      async (by) => {
        expect(await read(by)).toMatchObject({ status: 403, json: { code: 'ACC-001' } });
      },
    );

    it('is read page by page, each entry once, in the order of time', async () => {
      for (let times = 0; times < 5; times += 1) await call('GET', '/v1/matrix', central(1));
      const expected = (await looks()).filter(({ header }) => header.actor === central(1)).length;
      const seen: Record<string, unknown>[] = [];
      let cursor: unknown = '';
      do {
        const query = `?by=${central(1)}&limit=2${cursor === '' ? '' : `&cursor=${String(cursor)}`}`;
        const page = await read('dpo', query);
        seen.push(...itemsOf(page));
        cursor = page.json['nextCursor'];
      } while (cursor !== null);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(expected);
      const times = seen.map(({ when }) => String(when));
      expect([...times].sort()).toEqual(times);
    });
  });

  describe('the matrix', () => {
    const insert = async (entry: Record<string, unknown>): Promise<string> => {
      const row = {
        ...{ record_id: randomUUID(), borough: HACKNEY, role: 'SUSPECTED_OFFENDER', band: 'AMBER' },
        ...{ legacy_assertion: false, entered_at: NOW, review_due: '2026-12-01T00:00:00Z' },
        ...{
          withhold_from: '2026-12-15T00:00:00Z',
          version: 2,
          topic: `matrix.${HACKNEY}`,
          topic_offset: 10432,
        },
        ...entry,
      };
      const names = Object.keys(row);
      const places = names.map((_, index) => `$${String(index + 1)}`).join(', ');
      await views.query(
        `INSERT INTO matrix.entry (${names.join(', ')}) VALUES (${places})`,
        Object.values(row),
      );
      return row.record_id;
    };

    beforeEach(async () => {
      await views.query('TRUNCATE matrix.entry');
    });

    it('[R-06][ICO-1] shows role and band in words, and marks a legacy assertion', async () => {
      const recordId = await insert({ legacy_assertion: true });
      const { json } = await call('GET', '/v1/matrix', central(1));
      expect(json).toEqual({
        items: [
          {
            recordId,
            reference: shortReference(recordId),
            borough: HACKNEY,
            role: 'SUSPECTED_OFFENDER',
            roleLabel: 'Suspected — not convicted',
            band: 'AMBER',
            bandLabel: 'Medium harm (amber)',
            assertion: 'Legacy assertion, not attested',
            enteredAt: NOW,
            reviewDue: '2026-12-01T00:00:00.000Z',
            withholdFrom: '2026-12-15T00:00:00.000Z',
            version: 2,
            position: `${HACKNEY}@10432`,
          },
        ],
        nextCursor: null,
      });
    });

    it('[R-80][R-81] has each page in the log of looks before it is shown, with the positions it was read at', async () => {
      const recordId = await insert({});
      const { json } = await call('GET', `/v1/matrix?borough=${HACKNEY}`, central(1));
      expect(json['items']).toHaveLength(1);
      const look = (await looks()).at(-1)!;
      expect(look.header).toMatchObject({ actor: central(1), purpose: 'VIOLENCE_REDUCTION_TASKING' });
      expect(look.skeleton).toMatchObject({
        ...{
          action: 'LIST_ENTRIES',
          family: 'matrix',
          borough: HACKNEY,
          subjectCount: 1,
          role: 'central-team',
        },
        basis: {
          projection: 'matrix',
          generation: 3,
          asAt: NOW,
          positions: { [`matrix.${HACKNEY}`]: 10433 },
        },
      });
      expect(JSON.stringify([look.header, look.skeleton])).not.toContain(recordId);
      const key = { recordId: lender.recordId, dekVersion: 1 };
      const sealed = open(lender.subkey, 'case', sealContextOf(look.header, key, 1), look.sealed.case!);
      expect(JSON.parse(sealed.toString())).toMatchObject({
        subjects: [recordId],
        justification: 'Weekly tasking meeting – Hackney',
      });
    });

    it('tells in the log where the read model stood also when there was nothing to see', async () => {
      const { json } = await call('GET', '/v1/matrix', central(2));
      expect(json['items']).toEqual([]);
      expect((await looks()).at(-1)?.skeleton).toMatchObject({
        subjectCount: 0,
        basis: { positions: { [`matrix.${HACKNEY}`]: 10433, 'matrix.E09000002': 7 } },
      });
    });

    it('[R-85] shows borough people their own borough of it, and refuses another one before any look-up', async () => {
      const own = await insert({});
      await insert({ borough: 'E09000002' });
      const { json } = await call('GET', '/v1/matrix', `officer-${HACKNEY}`);
      expect((json['items'] as { recordId: string }[]).map((item) => item.recordId)).toEqual([own]);
      const other = await call('GET', '/v1/matrix?borough=E09000002', `officer-${HACKNEY}`);
      expect(other).toMatchObject({ status: 403, json: { code: 'ACC-002' } });
    });

    it('[R-81] shows nothing without a reason, or for one that is not the role’s', async () => {
      const bare = await call('GET', '/v1/matrix', central(1), undefined, { 'probity-purpose': '' });
      expect(bare).toMatchObject({ status: 400, json: { code: 'LOG-002' } });
      for (const [purpose, status, code] of [
        ['CURIOSITY', 400, 'PUR-001'],
        ['BENEFITS', 403, 'PUR-002'],
        ['AUDIT', 403, 'PUR-003'],
      ] as const)
        expect(
          await call('GET', '/v1/matrix', central(1), undefined, { 'probity-purpose': purpose }),
        ).toMatchObject({ status, json: { code } });
    });

    it('does not show an entry from the instant at which it is withheld', async () => {
      await insert({ withhold_from: NOW });
      const shown = await insert({ withhold_from: '2026-11-01T09:00:00.001Z' });
      const { json } = await call('GET', '/v1/matrix', central(1));
      expect((json['items'] as { recordId: string }[]).map((item) => item.recordId)).toEqual([shown]);
      expect((await call('GET', '/v1/matrix/summary', central(1))).json['total']).toBe(1);
    });

    it('walks all pages without a gap or a repetition, filtered as asked', async () => {
      const all = new Set<string>();
      for (let n = 0; n < 7; n += 1)
        all.add(await insert({ borough: n % 2 === 0 ? HACKNEY : 'E09000002', band: 'RED' }));
      await insert({ band: 'GREEN' });
      const seen: string[] = [];
      let cursor: unknown = '';
      do {
        const more = cursor === '' ? '' : `&cursor=${String(cursor)}`;
        const { json } = await call('GET', `/v1/matrix?band=RED&limit=3${more}`, central(1));
        seen.push(...(json['items'] as { recordId: string }[]).map((item) => item.recordId));
        cursor = json['nextCursor'];
      } while (cursor !== null);
      expect(seen).toHaveLength(7);
      expect(new Set(seen)).toEqual(all);
      const { json } = await call('GET', `/v1/matrix?borough=E09000002&role=SUSPECTED_OFFENDER`, central(1));
      expect(json['items']).toHaveLength(3);
    });

    it('counts by borough and band', async () => {
      await insert({ band: 'RED' });
      await insert({ band: 'RED' });
      await insert({ band: 'GREEN', borough: 'E09000002' });
      const { json } = await call('GET', '/v1/matrix/summary', central(1));
      expect(json).toMatchObject({ asAt: NOW, total: 3, bands: { RED: 2, AMBER: 0, GREEN: 1 } });
      expect(json['boroughs']).toHaveLength(32);
      expect(json['boroughs']).toContainEqual({ borough: HACKNEY, RED: 2, AMBER: 0, GREEN: 0, total: 2 });
    });

    it('refuses unknown filters, values and cursors, and everybody but the central team', async () => {
      const wrong = [
        'band=BLUE',
        'borough=E09000001',
        'role=VICTIM',
        'limit=0',
        'limit=501',
        'cursor=abc',
        'name=x',
      ];
      for (const query of wrong)
        expect((await call('GET', `/v1/matrix?${query}`, central(1))).status).toBe(400);
      for (const person of ['safeguarding-lead', 'partner-user', 'operator'])
        expect((await call('GET', '/v1/matrix', person)).status).toBe(403);
    });
  });

  it('is ready when its databases and its relay are', async () => {
    const { status, json } = await call('GET', '/health/ready', central(1));
    expect([status, json['ready']]).toEqual([200, true]);
    const names = (json['probes'] as { name: string }[]).map((probe) => probe.name);
    expect(names).toEqual(expect.arrayContaining(['events-database', 'views-database', 'relay']));
  });

  it('describes the same API running and at rest', async () => {
    const running = await call('GET', '/openapi.json', central(1));
    expect(running.json).toEqual(JSON.parse(JSON.stringify(await openApiOf(GovernanceModule, 'governance'))));
  });
});

/** Waits until that many sessions of governance stand in front of a lock. The client is in no transaction: it would see one moment only. */
async function waitingForLocks(client: Client, sessions: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const { rows } = await client.query<{ waiting: number }>(
      `SELECT count(DISTINCT l.pid)::integer AS waiting FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE NOT l.granted AND a.usename = 'probity_governance'`,
    );
    if (rows[0]?.waiting === sessions) return;
  }
  throw new Error('The requests do not wait for each other.');
}

/** The first record of the oversight topic that is looked for; waits until the relay has sent it. */
async function published(
  harness: Harness,
  isWanted: (record: ConsumedRecord) => boolean,
): Promise<ConsumedRecord> {
  const log = new KafkaLog({ clientId: 'governance-test', connection: harness.config.kafka('governance') });
  const topic = `${harness.topicPrefix}oversight`;
  const deadline = performance.now() + 40_000;
  try {
    while (performance.now() < deadline) {
      const end = await log.endOffset(topic, 0);
      for await (const record of log.read(topic, 0, 0n, end)) if (isWanted(record)) return record;
    }
    throw new Error('The relay did not send the event.');
  } finally {
    await log.close();
  }
}
