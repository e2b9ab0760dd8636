import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { waitUntil } from '@probity/local-stack';
import { ServiceLogger, startService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { BoroughWriter, TestKeys } from '../test/borough-writer.js';
import type { WrittenEvent } from '../test/borough-writer.js';
import { approved, legacyAsserted, proposed, registered } from '../test/payloads.js';
import { connectConsumers, startConsumers } from './consumer/consumers.js';
import { migrateViews } from './migrations/run-migrations.js';
import { HOSTED } from './projections/hosted-projection.js';
import type { ProjectionName } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';

const HACKNEY = 'E09000012';
const GROUP = '00000000-0000-4000-8000-0000000000aa';
const OTHER_GROUP = '00000000-0000-4000-8000-0000000000bb';
const LIMIT_MS = 40_000;

/** A decision as version 1 held it: without the group that it read. */
function decisionV1({ type, case: payload, ...rest }: WrittenEvent): WrittenEvent {
  const { group: _group, ...members } = payload ?? {};
  return { ...rest, type: type.replace(/\.v2$/, '.v1'), case: members };
}

describe('a log that holds events of earlier versions', () => {
  let harness: Harness;
  let owner: pg.Client;
  let writer: BoroughWriter;
  const keys = new TestKeys();

  const projected = async (name: ProjectionName, end: bigint): Promise<void> => {
    const service = await startService({
      process: HOSTED[name].identity,
      port: 0,
      config: harness.config,
      logger: new ServiceLogger(HOSTED[name].identity, 'silent'),
      module: ProjectorModule.building({
        projections: [HOSTED[name]],
        leasesFor: () => keys,
        boroughs: [HACKNEY],
        onFatal: () => undefined,
      }),
      configure: connectConsumers,
      started: startConsumers,
    });
    const reached = async (): Promise<boolean> => {
      const sql = `select next_offset >= $1 as done from ${name}.checkpoint`;
      return (await owner.query<{ done: boolean }>(sql, [String(end)])).rows[0]?.done === true;
    };
    const isDone = await waitUntil(reached, LIMIT_MS);
    await service.close();
    expect(isDone).toBe(true);
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [HACKNEY], migrate: [migrateViews] });
    owner = await harness.connect('probity_owner', 'probity_views');
    writer = new BoroughWriter(harness, HACKNEY, keys);
  }, 300_000);

  afterAll(async () => {
    await writer.close();
    await harness.close();
  }, 60_000);

  it('gives the rows that it gave, beside those of events that are written now', async () => {
    const [before, now, both] = [randomUUID(), randomUUID(), randomUUID()];
    const group = { id: GROUP, version: 2 };
    const first = await writer.publish('matrix', [
      proposed(before, { group }),
      decisionV1(legacyAsserted(before)),
      proposed(now, { group }),
      legacyAsserted(now, { group: null }),
      proposed(both, { group }),
      decisionV1(legacyAsserted(both)),
      { ...approved(both, { group: { id: OTHER_GROUP, version: 1 } }), version: 3 },
    ]);
    await projected('matrix', first + 7n);
    const { rows } = await owner.query<{ record_id: string; group_id: string | null; band: string }>(
      'select record_id, group_id, band from matrix.entry',
    );
    const band = 'AMBER';
    expect(new Map(rows.map((row) => [row.record_id, row]))).toEqual(
      new Map([
        [before, { record_id: before, group_id: GROUP, band }],
        [now, { record_id: now, group_id: null, band }],
        [both, { record_id: both, group_id: OTHER_GROUP, band }],
      ]),
    );
  }, 120_000);

  it('keeps the vulnerability of a person who was registered before its basis was recorded', async () => {
    const [before, now] = [randomUUID(), randomUUID()];
    const earlier = registered(before, { vulnerability: 'HIGH' });
    const first = await writer.publish('safeguarding', [
      { ...earlier, type: earlier.type.replace(/\.v2$/, '.v1') },
      registered(now, { vulnerability: { degree: 'STANDARD', basis: 'ASSESSED' } }),
    ]);
    await projected('safeguarding', first + 2n);
    const { rows } = await owner.query<{ record_id: string; vulnerability: string }>(
      'select record_id, vulnerability from safeguarding.register',
    );
    expect(new Map(rows.map((row) => [row.record_id, row.vulnerability]))).toEqual(
      new Map([
        [before, 'HIGH'],
        [now, 'STANDARD'],
      ]),
    );
  }, 120_000);
});
