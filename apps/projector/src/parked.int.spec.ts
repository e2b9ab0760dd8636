import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { waitUntil } from '@probity/local-stack';
import { ServiceLogger, startService } from '@probity/platform';
import type { RunningService } from '@probity/platform';
import { UnprojectableEvent } from '@probity/projection';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { BoroughWriter, TestKeys } from '../test/borough-writer.js';
import { approved, proposed } from '../test/payloads.js';
import { connectConsumers, startConsumers } from './consumer/consumers.js';
import { migrateViews } from './migrations/run-migrations.js';
import { HOSTED } from './projections/hosted-projection.js';
import type { HostedProjection } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';

const HACKNEY = 'E09000012';
const TOPIC = `matrix.${HACKNEY}`;
const PARKED = '/v1/projections/matrix/parked';
const WHY = { reason: 'the fault was corrected' };
const LIMIT_MS = 40_000;

interface Body {
  [member: string]: unknown;
}

/** The matrix, with a fault that a test can switch on: these records are not applied in these schemas. */
const faulty = { schemas: new Set<string>(), records: new Set<string>() };
const matrix: HostedProjection = {
  ...HOSTED.matrix,
  define: (schema) => {
    const definition = HOSTED.matrix.define(schema);
    return {
      ...definition,
      fold: (state, event) => {
        if (faulty.schemas.has(schema) && faulty.records.has(event.recordId) && event.version === 2)
          throw new UnprojectableEvent('a fault that the test has made');
        return definition.fold(state, event);
      },
    };
  },
};

describe('what a projector has parked', () => {
  let harness: Harness;
  let owner: pg.Client;
  let writer: BoroughWriter;
  let service: RunningService;
  const keys = new TestKeys();

  const start = async (): Promise<void> => {
    service = await startService({
      process: 'projector-matrix',
      port: 0,
      config: harness.config,
      logger: new ServiceLogger('projector-matrix', 'silent'),
      module: ProjectorModule.building({
        projections: [matrix],
        leasesFor: () => keys,
        boroughs: [HACKNEY],
        onFatal: () => undefined,
      }),
      configure: connectConsumers,
      started: startConsumers,
    });
  };
  const call = async (method: string, path: string, content?: Body, person = 'operator') => {
    const { tls, authorization } = await harness.as(person);
    const headers = {
      'content-type': 'application/json',
      ...(authorization === null ? {} : { authorization }),
    };
    return new Promise<{ status: number; body: Body }>((resolve, reject) => {
      const asked = request(
        service.url + path,
        {
          ...tls,
          ...{ method, agent: false, headers },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => {
            const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
            resolve({ status: response.statusCode ?? 0, body });
          });
        },
      );
      asked.on('error', reject);
      asked.end(content === undefined ? undefined : JSON.stringify(content));
    });
  };
  const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
    expect(await waitUntil(condition, LIMIT_MS)).toBe(true);
  };
  const caughtUp = async (offset: bigint, schema = 'matrix'): Promise<void> => {
    await eventually(async () => {
      const sql = `select 1 from ${schema}.checkpoint where topic = $1 and next_offset >= $2`;
      return (await owner.query(sql, [TOPIC, offset.toString()])).rowCount === 1;
    });
  };
  const entered = async (...ids: string[]): Promise<number> =>
    (await owner.query('select 1 from matrix.entry where record_id = any($1)', [ids])).rowCount ?? 0;

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [HACKNEY], migrate: [migrateViews] });
    owner = await harness.connect('probity_owner', 'probity_views');
    writer = new BoroughWriter(harness, HACKNEY, keys);
  }, 300_000);

  afterEach(async () => {
    faulty.schemas.clear();
    faulty.records.clear();
    await service.close();
  }, 60_000);

  afterAll(async () => {
    await writer.close();
    await harness.close();
  }, 60_000);

  it('is listed with its reason, redriven in order over HTTP after a restart with the corrected code, and audited', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    faulty.schemas.add('matrix');
    faulty.records.add(bad);
    await start();
    const first = await writer.publish('matrix', [proposed(bad), proposed(good), approved(bad), approved(good)]); // prettier-ignore
    await writer.publish('matrix', [{ ...approved(bad), version: 3 }]);
    await caughtUp(first + 5n);
    expect(await entered(bad, good)).toBe(1);

    const { body: list } = await call('GET', PARKED);
    const position = { topic: TOPIC, partition: 0, offset: Number(first + 2n) };
    expect(list).toMatchObject({ items: [{ position, recordId: bad, kind: 'POISON', code: 'RULE', behind: 1 }], nextCursor: null }); // prettier-ignore
    const { status, body: ready } = await call('GET', '/health/ready');
    expect(status).toBe(200);
    expect(JSON.stringify(ready)).toContain('parked 1, rejected 0 since');
    const metrics = await (await fetch(`http://127.0.0.1:${String(service.metricsPort)}/metrics`)).text();
    expect(metrics).toMatch(/^probity_projection_parked_keys\{[^}]*\} 1$/m);
    expect(metrics).toMatch(/^probity_projection_oldest_parked_age_seconds\{[^}]*\} \d/m);

    await service.close();
    faulty.records.clear();
    await start();
    expect(await entered(bad)).toBe(0);
    const redriven = await call('POST', `${PARKED}/records/${bad}/redrive`, WHY);
    expect(redriven).toMatchObject({ status: 200, body: { outcomes: [{ outcome: 'DONE', applied: 2, code: null, left: 0 }] } }); // prettier-ignore
    expect(await entered(bad)).toBe(1);
    const { body: shown } = await call('GET', `${PARKED}/records/${bad}`);
    expect(shown['items']).toEqual([]);
    expect(shown['acts']).toMatchObject([{ act: 'REDRIVE', outcome: 'DONE', actor: 'operator', generation: 1, ...WHY }]); // prettier-ignore
    expect(JSON.stringify([list, shown])).not.toContain('AMBER');
  }, 120_000);

  it('is acted on by the operator alone, for a reason, and only where there is something', async () => {
    await start();
    const nobody = randomUUID();
    expect((await call('GET', PARKED, undefined, 'central-1')).status).toBe(403);
    expect((await call('POST', `${PARKED}/records/${nobody}/redrive`, WHY, 'central-1')).status).toBe(403);
    for (const body of [{}, { reason: '' }, { reason: ' ' }, { ...WHY, force: true }])
      expect((await call('POST', `${PARKED}/records/${nobody}/redrive`, body)).status).toBe(400);
    expect(await call('POST', `${PARKED}/records/${nobody}/redrive`, WHY)).toMatchObject({ status: 404, body: { code: 'PRK-001' } }); // prettier-ignore
    expect(await call('GET', `${PARKED}?generation=next`)).toMatchObject({ status: 404, body: { code: 'PRJ-010' } }); // prettier-ignore
    expect((await call('GET', `${PARKED}?cursor=e30`)).body).toMatchObject({ code: 'SCH-003' });
  }, 120_000);

  it('is discarded when it was forged, and not when it has an effect; the record that was named goes on', async () => {
    const [person, bad] = [randomUUID(), randomUUID()];
    faulty.schemas.add('matrix');
    faulty.records.add(bad);
    await start();
    const forger = new BoroughWriter(harness, HACKNEY, keys, 'E09000002');
    const forged = await forger.publish('matrix', [proposed(person)]);
    await forger.close();
    await writer.publish('matrix', [proposed(person), approved(person), proposed(bad), approved(bad)]);
    await caughtUp(forged + 5n);
    expect(await entered(person)).toBe(1);
    const at = (offset: bigint): string => `${PARKED}/positions/${TOPIC}/0/${String(offset)}`;
    expect((await call('GET', at(forged))).body['items']).toMatchObject([{ kind: 'REJECTED', code: 'SIGNATURE', eventId: null }]); // prettier-ignore
    expect((await call('POST', `${at(forged)}/discard`, {})).status).toBe(400);
    expect(await call('POST', `${at(forged)}/discard`, { reason: 'forged' })).toMatchObject({ status: 200, body: { code: 'SIGNATURE' } }); // prettier-ignore
    expect(await call('POST', `${at(forged)}/discard`, { reason: 'forged' })).toMatchObject({ status: 404, body: { code: 'PRK-001' } }); // prettier-ignore
    expect((await call('GET', at(forged))).body).toMatchObject({ items: [], acts: [{ act: 'DISCARD', outcome: 'DONE', reason: 'forged' }] }); // prettier-ignore
    const refused = await call('POST', `${at(forged + 4n)}/discard`, WHY);
    expect(refused).toMatchObject({ status: 422, body: { code: 'PRK-002' } });
    expect((await call('GET', at(forged + 4n))).body).toMatchObject({ items: [{ code: 'RULE' }], acts: [{ outcome: 'REFUSED' }] }); // prettier-ignore
    faulty.records.clear();
    expect((await call('POST', `${PARKED}/records/${bad}/redrive`, WHY)).status).toBe(200);
  }, 120_000);

  it('is redriven in the generation that is being built, when the poison appears only there', async () => {
    const bad = randomUUID();
    await start();
    const first = await writer.publish('matrix', [proposed(bad), approved(bad)]);
    await caughtUp(first + 2n);
    expect(await entered(bad)).toBe(1);
    faulty.schemas.add('matrix_next');
    faulty.records.add(bad);
    expect((await call('POST', '/v1/projections/matrix/rebuild', {})).status).toBe(202);
    await caughtUp(first + 2n, 'matrix_next');
    const { body: next } = await call('GET', `${PARKED}/records/${bad}?generation=next`);
    expect(next['items']).toMatchObject([{ code: 'RULE', position: { offset: Number(first + 1n) } }]);
    expect((await call('GET', `${PARKED}/records/${bad}`)).status).toBe(404);
    const refused = await call('POST', '/v1/projections/matrix/switch', WHY);
    expect(refused).toMatchObject({ status: 422, body: { code: 'PRJ-015' } });

    faulty.records.clear();
    const { body } = await call('POST', `${PARKED}/records/${bad}/redrive?generation=next`, WHY);
    expect(body['outcomes']).toMatchObject([{ outcome: 'DONE', applied: 1, left: 0 }]);
    const { body: diff } = await call('GET', '/v1/projections/matrix/diff');
    expect(diff).toMatchObject({ differences: 0, first: null });
    expect((await call('POST', '/v1/projections/matrix/switch', WHY)).status).toBe(200);
    const { body: shown } = await call('GET', `${PARKED}/records/${bad}`);
    expect(shown).toMatchObject({ items: [], acts: [{ generation: 2, outcome: 'DONE' }] });
  }, 120_000);
});
