import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { waitUntil } from '@probity/local-stack';
import { ServiceLogger, startService } from '@probity/platform';
import type { RunningService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { BoroughWriter, TestKeys } from '../test/borough-writer.js';
import { approved, legacyAsserted, proposed, registered, rejected } from '../test/payloads.js';
import { connectConsumers, startConsumers } from './consumer/consumers.js';
import { migrateViews } from './migrations/run-migrations.js';
import { HOSTED } from './projections/hosted-projection.js';
import type { ProjectionName } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';
import type { ProjectorOptions } from './projector.module.js';

const BOROUGHS = ['E09000002', 'E09000012', 'E09000013'] as const;
const LIMIT_MS = 40_000;

interface Row {
  [column: string]: unknown;
}

describe('the projector', () => {
  let harness: Harness;
  let owner: pg.Client;
  let writers: Record<string, BoroughWriter>;
  const keys = new TestKeys();
  const services: RunningService[] = [];

  const start = async (
    name: ProjectionName,
    onFatal: (reason: string) => void = () => undefined,
    settings: Partial<ProjectorOptions> = {},
  ): Promise<RunningService> => {
    const service = await startService({
      process: HOSTED[name].identity,
      port: 0,
      config: harness.config,
      logger: new ServiceLogger(HOSTED[name].identity, 'silent'),
      module: ProjectorModule.building({
        projections: [HOSTED[name]],
        leasesFor: () => keys,
        boroughs: BOROUGHS,
        onFatal,
        ...settings,
      }),
      configure: connectConsumers,
      started: startConsumers,
    });
    services.push(service);
    return service;
  };
  const get = (service: RunningService, path: string): Promise<{ status: number; body: Row }> =>
    new Promise((resolve, reject) => {
      const call = request(
        service.url + path,
        { ...harness.config.personTls('operator'), agent: false },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              body: JSON.parse(Buffer.concat(parts).toString()) as Row,
            });
          });
        },
      );
      call.on('error', reject);
      call.end();
    });
  const rows = async (sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(sql, values)).rows;
  const parked = async (family: ProjectionName, recordId: string): Promise<unknown[]> => {
    const sql = `select topic || '@' || topic_offset || ' ' || kind || ' ' || code as line
      from ${family}.parked where record_id = $1 order by topic_offset`;
    return (await rows(sql, [recordId])).map((row) => row['line']);
  };
  const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
    expect(await waitUntil(condition, LIMIT_MS)).toBe(true);
  };
  const caughtUp = async (family: ProjectionName, code: string, offset: bigint): Promise<void> => {
    await eventually(async () => {
      const sql = `select next_offset >= $2 as reached from ${family}.checkpoint where topic = $1`;
      return (await rows(sql, [`${family}.${code}`, offset.toString()]))[0]?.['reached'] === true;
    });
  };
  const write = (code: string): BoroughWriter => {
    const writer = writers[code];
    if (!writer) throw new Error('no such borough in this test');
    return writer;
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: BOROUGHS, migrate: [migrateViews] });
    owner = await harness.connect('probity_owner', 'probity_views');
    writers = Object.fromEntries(BOROUGHS.map((code) => [code, new BoroughWriter(harness, code, keys)]));
  }, 300_000);

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(Object.values(writers).map((writer) => writer.close()));
    await harness.close();
  }, 60_000);

  it('lists entered people with their role in words, and keeps the proposed and the rejected out', async () => {
    const [suspect, convicted, waiting, refused] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const first = await write('E09000012').publish('matrix', [
      proposed(suspect),
      proposed(convicted, { role: 'CONVICTED_OFFENDER' }),
      legacyAsserted(suspect),
      approved(convicted, { role: 'CONVICTED_OFFENDER', band: 'RED' }),
      proposed(waiting),
      proposed(refused),
      rejected(refused),
    ]);
    const service = await start('matrix');
    await caughtUp('matrix', 'E09000012', first + 7n);
    const listed = await rows(
      'select record_id, role_label, band, legacy_assertion, topic_offset, version from matrix.entry where record_id = any($1)',
      [[suspect, convicted, waiting, refused]],
    );
    expect(new Map(listed.map((row) => [row['record_id'], row]))).toEqual(
      new Map([
        [suspect, { record_id: suspect, role_label: 'Suspected, not convicted', band: 'AMBER', legacy_assertion: true, topic_offset: String(first + 2n), version: 2 }],
        [convicted, { record_id: convicted, role_label: 'Convicted', band: 'RED', legacy_assertion: false, topic_offset: String(first + 3n), version: 2 }],
      ]),
    ); // prettier-ignore
    const lifecycles = await rows(
      'select lifecycle from matrix.record where record_id = any($1) order by lifecycle',
      [[waiting, refused]],
    );
    expect(lifecycles).toEqual([{ lifecycle: 'PROPOSED' }, { lifecycle: 'REJECTED' }]);
    const { body } = await get(service, '/v1/checkpoints');
    expect(body).toMatchObject({ projection: 'matrix', version: 1 });
    expect(body['positions']).toContainEqual({ topic: 'matrix.E09000012', partition: 0, nextOffset: Number(first + 7n), highWatermark: Number(first + 7n) }); // prettier-ignore
    expect((await get(service, '/health/ready')).status).toBe(200);
  }, 120_000);

  it('applies every event once when a consumer dies between its batch and its commit', async () => {
    const before = await rows('select count(*)::int as n from matrix.entry_version');
    const blocker = await harness.connect('probity_owner', 'probity_views');
    await blocker.query('begin');
    await blocker.query('lock table matrix.entry in exclusive mode');
    const doomed = await start('matrix');
    const ids = Array.from({ length: 150 }, () => randomUUID());
    const first = await write('E09000002').publish('matrix', ids.flatMap((id) => [proposed(id), approved(id)])); // prettier-ignore
    const admin = await harness.connectAdmin('probity_views');
    const killed = async (): Promise<boolean> => {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where usename = 'probity_matrix' and datname = current_database() and wait_event_type = 'Lock'`,
      );
      return (rowCount ?? 0) > 0;
    };
    await eventually(killed);
    const closing = doomed.close();
    await blocker.query('rollback');
    await closing;
    await start('matrix');
    await caughtUp('matrix', 'E09000002', first + 300n);
    const [row] = await rows('select count(*)::int as n, count(distinct record_id)::int as records from matrix.entry where record_id = any($1)', [ids]); // prettier-ignore
    expect(row).toEqual({ n: 150, records: 150 });
    const after = await rows('select count(*)::int as n from matrix.entry_version');
    expect(Number(after[0]?.['n']) - Number(before[0]?.['n'])).toBe(150);
    const counted = await rows(
      `select applied_events::int as n from matrix.checkpoint where topic = 'matrix.E09000002'`,
    );
    expect(counted).toEqual([{ n: 300 }]);
  }, 120_000);

  it('[R-02][ICO-1] parks a victim in a matrix topic with the position, lets others go on, and has no row of them', async () => {
    const [victim, person] = [randomUUID(), randomUUID()];
    const service = await start('matrix');
    const at = await write('E09000013').publish('matrix', [
      proposed(victim, { role: 'VICTIM' }),
      proposed(person),
      approved(victim),
      approved(person),
    ]);
    await caughtUp('matrix', 'E09000013', at + 4n);
    expect(await parked('matrix', victim)).toEqual([
      `matrix.E09000013@${String(at)} POISON RULE`,
      `matrix.E09000013@${String(at + 2n)} BEHIND BEHIND`,
    ]);
    for (const table of ['record', 'entry', 'entry_version'])
      expect(await rows(`select record_id from matrix.${table} where record_id = $1`, [victim])).toEqual([]);
    expect(await rows('select version from matrix.entry where record_id = $1', [person])).toEqual([{ version: 2 }]); // prettier-ignore
    expect((await get(service, '/health/ready')).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${String(service.metricsPort)}/metrics`)).text();
    expect(metrics).toMatch(/^victim_rows_in_matrix(\{[^}]*\})? 0$/m);
    expect(metrics).toMatch(/^probity_projection_lag_records\{[^}]*topic="matrix\.E09000013"[^}]*\} 0$/m);
  }, 120_000);

  it('registers victims in the safeguarding schema alone and counts them for the operator', async () => {
    const [victim, atRisk] = [randomUUID(), randomUUID()];
    const first = await write('E09000012').publish('safeguarding', [registered(victim), registered(atRisk, { role: 'AT_RISK' })]); // prettier-ignore
    const service = await start('safeguarding');
    await caughtUp('safeguarding', 'E09000012', first + 2n);
    expect((await get(service, '/v1/safeguarding/summary')).body).toEqual({
      total: 2,
      boroughs: [{ borough: 'E09000012', VICTIM: 1, AT_RISK: 1, total: 2 }],
    });
    for (const table of ['record', 'entry', 'entry_version'])
      expect(
        await rows(`select 1 from matrix.${table} where record_id = any($1)`, [[victim, atRisk]]),
      ).toEqual([]);
  }, 120_000);

  it('rejects an event that another borough signed, and lets the record that it names go on', async () => {
    const person = randomUUID();
    const forger = new BoroughWriter(harness, 'E09000013', keys, 'E09000002');
    const service = await start('safeguarding');
    const at = await forger.publish('safeguarding', [registered(person)]);
    await forger.close();
    await write('E09000013').publish('safeguarding', [registered(person)]);
    await caughtUp('safeguarding', 'E09000013', at + 2n);
    expect(await parked('safeguarding', person)).toEqual([
      `safeguarding.E09000013@${String(at)} REJECTED SIGNATURE`,
    ]);
    expect(await rows('select version from safeguarding.register where record_id = $1', [person])).toEqual([{ version: 1 }]); // prettier-ignore
    expect((await get(service, '/health/ready')).status).toBe(200);
  }, 120_000);

  it('waits for a person on rows that another definition made, names the command, and applies nothing', async () => {
    await owner.query(`update matrix.checkpoint set fingerprint = repeat('0', 64)`);
    const person = randomUUID();
    const service = await start('matrix');
    const at = await write('E09000012').publish('matrix', [proposed(person), approved(person)]);
    const { status, body } = await get(service, '/health/ready');
    expect({ status, held: body['held'] }).toEqual({ status: 503, held: true });
    expect(JSON.stringify(body['probes'])).toContain('run probity projection rebuild matrix');
    const positions = (await get(service, '/v1/checkpoints')).body['positions'];
    expect(positions).toContainEqual({ topic: 'matrix.E09000012', partition: 0, nextOffset: Number(at), highWatermark: Number(at + 2n) }); // prettier-ignore
    expect(await rows('select 1 from matrix.entry where record_id = $1', [person])).toEqual([]);
  }, 120_000);

  it('is not ready and asks for its end when a batch hangs, and the next process applies it once', async () => {
    const [fatal, person]: [string[], string] = [[], randomUUID()];
    let release = (): void => undefined;
    const hung = new Promise<void>((resolve) => (release = resolve));
    const hanging: TestKeys = Object.assign(new TestKeys(), {
      leaseCase: async (ids: readonly string[]) => hung.then(() => keys.leaseCase(ids)),
    });
    const stuck = await start('safeguarding', (reason) => fatal.push(reason), {
      leasesFor: () => hanging,
      stallLimits: { batchMs: 300, fetchMs: 30_000 },
    });
    const at = await write('E09000002').publish('safeguarding', [registered(person)]);
    await eventually(() => Promise.resolve(fatal.length > 0));
    expect(fatal[0]).toContain('has not ended');
    const { status, body } = await get(stuck, '/health/ready');
    expect({ status, held: body['held'] }).toEqual({ status: 503, held: false });
    release();
    await stuck.close();
    await start('safeguarding');
    await caughtUp('safeguarding', 'E09000002', at + 1n);
    expect(await rows('select version from safeguarding.register where record_id = $1', [person])).toEqual([{ version: 1 }]); // prettier-ignore
  }, 120_000);

  describe('[R-02] rights in the database', () => {
    const refusal = async (role: string, sql: string): Promise<string> => {
      const client = await harness.connect(role, 'probity_views');
      return client.query(sql).then(
        () => 'allowed',
        (error: unknown) => (error as { code: string }).code,
      );
    };

    it('keep the matrix role out of the safeguarding schema and the safeguarding role out of the matrix', async () => {
      for (const table of ['register', 'register_version', 'record', 'checkpoint'])
        expect(await refusal('probity_matrix', `select * from safeguarding.${table}`)).toBe('42501');
      for (const table of ['entry', 'entry_version', 'record', 'checkpoint'])
        expect(await refusal('probity_safeguarding', `select * from matrix.${table}`)).toBe('42501');
    });

    it('let the reader read entries, versions and checkpoints, and nothing else', async () => {
      for (const table of ['entry', 'entry_version', 'checkpoint'])
        expect(await refusal('probity_reader', `select * from matrix.${table}`)).toBe('allowed');
      expect(await refusal('probity_reader', 'select * from matrix.record')).toBe('42501');
      expect(await refusal('probity_reader', 'select * from safeguarding.register')).toBe('42501');
      expect(await refusal('probity_reader', `update matrix.entry set band = 'RED'`)).toBe('42501');
    });

    it('let nobody delete history, and no table of the matrix take a victim', async () => {
      expect(await refusal('probity_matrix', 'delete from matrix.entry_version')).toBe('42501');
      const columns = await rows(
        `select table_name from information_schema.columns where table_schema = 'matrix' and column_name = 'role'`,
      );
      expect(columns.map((row) => row['table_name']).sort()).toEqual(['entry', 'entry_version']);
      for (const table of ['entry', 'entry_version'])
        expect(await refusal('probity_owner', `update matrix.${table} set role = 'VICTIM'`)).toBe('23514');
    });
  });
});
