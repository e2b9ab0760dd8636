import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { KafkaLog, topicName } from '@probity/messaging';
import { ServiceLogger, startService } from '@probity/platform';
import type { RecoveryView, RunningService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { GovernanceModule } from '../governance.module.js';
import { migrateGovernance } from '../migrations/migrate-governance.js';

const HACKNEY = 'E09000012';
const WINDOWS = '/v1/migration-windows';
const VIEWS = `CREATE SCHEMA matrix; CREATE TABLE matrix.entry (record_id uuid PRIMARY KEY);
  GRANT USAGE ON SCHEMA matrix TO probity_reader; GRANT SELECT ON matrix.entry TO probity_reader;`;

interface Answer {
  status: number;
  json: Record<string, unknown>;
}

describe('governance over a store that was restored', () => {
  let harness: Harness;
  let service: RunningService;

  const migrateEvents = (env: NodeJS.ProcessEnv): Promise<number> =>
    migrateSchema({
      url: env['MIGRATION_EVENTS_URL'] ?? '',
      authorityFile: env['MIGRATION_CA'],
      schema: 'events',
      migrations: eventStoreMigrations,
    });

  const start = async (): Promise<void> => {
    service = await startService({
      process: 'governance',
      module: GovernanceModule,
      config: harness.config,
      port: 0,
      logger: new ServiceLogger('governance', 'silent'),
    });
  };

  const call = async (method: string, path: string, by: string, body?: unknown): Promise<Answer> => {
    const { tls, authorization } = await harness.as(by);
    return new Promise((resolve, reject) => {
      const headers = {
        ...(authorization === null ? {} : { authorization }),
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
  const operator = (): string => 'operator';

  const openWindow = async (): Promise<string> => {
    const fileHash = (randomUUID() + randomUUID()).replaceAll('-', '');
    const body = { borough: HACKNEY, fileHash, groupsHash: null, asAt: '2026-11-01T09:00:00.000Z' };
    const { json } = await call('POST', WINDOWS, central(1), body);
    await call('POST', `${WINDOWS}/${String(json['id'])}/approve`, central(2));
    return String(json['id']);
  };

  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const oversight = async (): Promise<{ type: string; id: string; skeleton: unknown }[]> => {
    const log = new KafkaLog({ clientId: 'test', connection: harness.config.kafka('governance') });
    const name = topicName('oversight', harness.topicPrefix);
    const found: { type: string; id: string; skeleton: unknown }[] = [];
    for await (const { headers, value } of log.read(name, 0, 0n, await log.endOffset(name, 0))) {
      const { skeleton } = JSON.parse(value.toString()) as { skeleton: unknown };
      found.push({ type: headers['ce_type'] ?? '', id: headers['ce_id'] ?? '', skeleton });
    }
    await log.close();
    return found;
  };

  const recover = async (): Promise<RecoveryView> => {
    await call('POST', '/v1/recovery', operator(), { dryRun: false });
    const look = async (): Promise<RecoveryView> =>
      (await call('GET', '/v1/recovery', operator())).json as unknown as RecoveryView;
    await until(async () => (await look()).state === 'open');
    return look();
  };

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents, migrateGovernance], boroughs: [HACKNEY] });
    const views = await harness.connect('probity_owner', 'probity_views');
    await views.query(VIEWS);
    await start();
  }, 300_000);

  afterAll(async () => {
    await service.close();
    await harness.close();
  }, 60_000);

  it('takes no command and tells of no window until the operator has had it recovered', async () => {
    const kept = await openWindow();
    await until(async () => (await oversight()).length === 1);
    const lost = await openWindow();
    await until(async () => (await oversight()).length === 2);
    await service.close();
    const admin = await harness.connectAdmin('probity_events');
    await admin.query('ALTER TABLE events.event DISABLE TRIGGER USER');
    await admin.query('DELETE FROM events.event WHERE key = $1', [lost]);
    await admin.query('ALTER TABLE events.event ENABLE ALWAYS TRIGGER insert_only');
    await admin.query('DELETE FROM events.stream WHERE stream = $1', [`windows/${lost}`]);
    await admin.query('DELETE FROM governance.migration_window WHERE id = $1', [lost]);
    await admin.query(`UPDATE events.published SET next_offset = 1 WHERE topic = 'oversight'`);
    await admin.query(`DELETE FROM events.sent WHERE topic = 'oversight' AND first_offset > 0`);
    await start();

    const { status, json } = await call('GET', '/health/ready', operator());
    expect([status, json['held']]).toEqual([503, true]);
    expect(JSON.stringify(json)).toContain('run npx probity recover');
    for (const [method, path] of [
      ['POST', WINDOWS],
      ['GET', WINDOWS],
    ] as const) {
      const refused = await call(method, path, central(1), method === 'POST' ? {} : undefined);
      expect(refused).toMatchObject({ status: 503, json: { code: 'STO-001' } });
    }
    expect(await call('POST', '/v1/recovery', central(1), { dryRun: true })).toMatchObject({ status: 403 });

    const { run } = await recover();
    expect(run?.report?.lanes).toContainEqual(
      expect.objectContaining({ topic: 'oversight', found: 'store-behind', takenBack: 1 }),
    );
    for (const id of [kept, lost]) {
      const window = await call('GET', `${WINDOWS}/${id}`, central(1));
      expect(window).toMatchObject({
        status: 200,
        json: { state: 'open', requestedBy: 'central-1', approvedBy: 'central-2' },
      });
    }
    expect((await call('GET', '/health/ready', operator())).status).toBe(200);
  }, 120_000);

  it('has oversight itself tell that it was lost and began anew', async () => {
    const before = await oversight();
    await service.close();
    const name = topicName('oversight', harness.topicPrefix);
    const spec = (await harness.broker.liveTopics()).find((topic) => topic.name === name);
    await harness.broker.removeTopics([name]);
    await until(async () => !(await harness.broker.liveTopics()).some((topic) => topic.name === name));
    await harness.broker.ensureTopics(spec ? [spec] : []);
    await start();
    expect((await call('POST', WINDOWS, central(1), {})).status).toBe(503);
    await recover();
    await until(async () => (await oversight()).length > before.length);
    const after = await oversight();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([
      {
        type: 'probity.oversight.topic-generation-started.v1',
        skeleton: {
          ...{ topic: 'oversight', partition: 0, generation: 2 },
          ...{ oldRecords: before.length, events: before.length, isIdentity: true },
        },
      },
    ]);
    await recover();
    expect(await oversight()).toHaveLength(before.length + 1);
  }, 120_000);
});
