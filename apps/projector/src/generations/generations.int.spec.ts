import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { waitUntil } from '@probity/local-stack';
import { UnprojectableEvent } from '@probity/projection';
import type { CaseLeases, ProjectedEvent } from '@probity/projection';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { BoroughWriter, TestKeys } from '../../test/borough-writer.js';
import { approved, legacyAsserted, proposed } from '../../test/payloads.js';
import { LIMIT_MS, ProjectorUnderTest } from '../../test/projector-under-test.js';
import { migrateViews } from '../migrations/run-migrations.js';
import { HOSTED } from '../projections/hosted-projection.js';
import type { HostedProjection } from '../projections/hosted-projection.js';

const BOROUGHS = ['E09000002', 'E09000012', 'E09000013'] as const;
const [BARKING, HACKNEY, HAMMERSMITH] = BOROUGHS;
const RECORDS = 60;
const PATH = '/v1/projections/matrix';

type Body = Record<string, unknown>;

/** The matrix as another version of the code would build it: other events reach the same fold. */
function changedMatrix(see: (event: ProjectedEvent) => ProjectedEvent): HostedProjection {
  return {
    ...HOSTED.matrix,
    define: (schema) => {
      const definition = HOSTED.matrix.define(schema);
      const fold = (state: Parameters<typeof definition.fold>[0], event: ProjectedEvent) =>
        definition.fold(state, see(event));
      return { ...definition, fingerprintInputs: { changed: see.toString() }, fold };
    },
  };
}

describe('generations of the matrix', () => {
  const keys = new TestKeys();
  const projectors: ProjectorUnderTest[] = [];
  const ids: Record<string, string[]> = Object.fromEntries(BOROUGHS.map((code) => [code, []]));
  let harness: Harness;
  let owner: pg.Client;
  let writers: Record<string, BoroughWriter>;

  const start = async (
    projection = HOSTED.matrix,
    leases: CaseLeases = keys,
  ): Promise<ProjectorUnderTest> => {
    const projector = await ProjectorUnderTest.start(harness, projection, leases, BOROUGHS);
    projectors.push(projector);
    return projector;
  };
  const rows = async (sql: string, values: unknown[] = []): Promise<Body[]> =>
    (await owner.query<Body>(sql, values)).rows;
  const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
    expect(await waitUntil(condition, LIMIT_MS)).toBe(true);
  };
  const write = async (code: string, records: number): Promise<void> => {
    const fresh = Array.from({ length: records }, () => randomUUID());
    ids[code]?.push(...fresh);
    const events = fresh.flatMap((id, n) => [
      proposed(id),
      n % 2 === 0 ? approved(id, { band: n % 4 === 0 ? 'RED' : 'GREEN' }) : legacyAsserted(id),
    ]);
    await writers[code]?.publish('matrix', events);
  };
  const entriesIn = async (schema: string): Promise<number> =>
    Number((await rows(`select count(*) as n from ${schema}.entry`))[0]?.['n']);
  const all = (): number => Object.values(ids).flat().length;
  const shown = (): Promise<void> => eventually(async () => (await entriesIn('matrix')) === all());
  const readyNext = async (projector: ProjectorUnderTest): Promise<Body> => {
    expect((await projector.call(`${PATH}/rebuild`, {})).status).toBe(202);
    const { body } = await projector.until(PATH, ({ rebuild }) => (rebuild as Body)['ready'] === true);
    return body['rebuild'] as Body;
  };
  const live = async (): Promise<number> =>
    Number((await rows(`select generation from projection.generation where projection = 'matrix' and place = 'live'`))[0]?.['generation']); // prettier-ignore

  beforeAll(async () => {
    harness = await startHarness({ boroughs: BOROUGHS, migrate: [migrateViews] });
    owner = await harness.connect('probity_owner', 'probity_views');
    writers = Object.fromEntries(BOROUGHS.map((code) => [code, new BoroughWriter(harness, code, keys)]));
    for (const code of BOROUGHS) await write(code, RECORDS / BOROUGHS.length);
  }, 300_000);

  afterEach(async () => {
    await Promise.all(projectors.splice(0).map((projector) => projector.close()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(Object.values(writers).map((writer) => writer.close()));
    await harness.close();
  }, 60_000);

  it('are built from the first event, equal in every row, and go on under the live name', async () => {
    const projector = await start();
    await shown();
    const progress = await readyNext(projector);
    expect(progress).toMatchObject({ done: 2 * RECORDS, total: 2 * RECORDS, resumedFrom: 0, problem: null });
    const { body: found } = await projector.call(`${PATH}/diff`);
    expect(found).toMatchObject({ differences: 0, first: null });
    expect((found['tables'] as Body[]).find(({ table }) => table === 'entry')).toMatchObject({ rows: { live: RECORDS, next: RECORDS } }); // prettier-ignore
    const { status, body } = await projector.call(`${PATH}/switch`, {});
    expect(status).toBe(200);
    expect(body['generations']).toMatchObject([{ generation: 2, place: 'live', begunBy: 'operator' }, { generation: 1, place: 'previous' }]); // prettier-ignore
    expect(body['acts']).toMatchObject([{ act: 'switched', who: 'operator', differences: 0 }, { act: 'begun' }]); // prettier-ignore
    for (const code of BOROUGHS) await write(code, 2);
    await shown();
    expect(await entriesIn('matrix_prev')).toBe(RECORDS);
    expect((await projector.call(PATH)).body['hold']).toBeNull();
  }, 180_000);

  it('let a reader read through rebuild, switch and roll back, and never find nothing', async () => {
    const projector = await start();
    await shown();
    const reader = await harness.connect('probity_reader', 'probity_views');
    const [before, least] = [await live(), all()];
    const looks: { entries: number; generation: number }[] = [];
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        const { rows: found } = await reader.query<{ entries: number; generation: number }>({
          name: 'look', // planned once: the plan must follow the name
          text: `select (select count(*) from matrix.entry)::int as entries, (select min(generation) from matrix.checkpoint) as generation`,
        });
        looks.push(...found);
      }
    })();
    reading.catch(() => undefined);
    await readyNext(projector);
    expect((await projector.call(`${PATH}/switch`, {})).status).toBe(200);
    await write(HACKNEY, 1);
    await shown();
    const back = await projector.call(`${PATH}/rollback`, { reason: 'to see it' });
    expect(back.status).toBe(200);
    expect(await live()).toBe(before);
    await eventually(() => Promise.resolve(looks.at(-1)?.generation === before));
    isDone = true;
    await reading;
    expect(Math.min(...looks.map(({ entries }) => entries))).toBe(least);
    expect(looks.at(-1)?.entries).toBe(all());
    expect(new Set(looks.map(({ generation }) => generation))).toEqual(new Set([before, before + 1]));
    await expect(reader.query('select 1 from matrix_prev.entry')).rejects.toMatchObject({ code: '42501' });
    await write(BARKING, 1);
    await shown();
    expect((await projector.call(`${PATH}/drop`, { generation: 'previous' })).status).toBe(200);
  }, 180_000);

  it('show a row that somebody changed by hand, and heal it when exactly that difference is accepted', async () => {
    const projector = await start();
    await shown();
    const id = ids[HACKNEY]?.[0];
    await owner.query(`update matrix.entry set band = 'AMBER' where record_id = $1`, [id]);
    await readyNext(projector);
    const { body: found } = await projector.call(`${PATH}/diff`);
    expect(found).toMatchObject({ differences: 1, first: { table: 'entry', key: { record_id: id }, kind: 'changed', columns: ['band'] } }); // prettier-ignore
    expect(JSON.stringify(found)).not.toContain('AMBER');
    const refused = await projector.call(`${PATH}/switch`, {});
    expect([refused.status, refused.body['code']]).toEqual([422, 'PRJ-014']);
    expect(refused.body['detail']).toContain(`entry (record_id ${String(id)}) differs in band`);
    expect(refused.body['remedy']).toContain(`--accept ${String(found['digest'])}`);
    const other = await projector.call(`${PATH}/switch`, {
      accept: '0'.repeat(64),
      reason: 'looked at another',
    });
    expect([other.status, other.body['code']]).toEqual([422, 'PRJ-014']);
    const silent = await projector.call(`${PATH}/switch`, { accept: found['digest'] });
    expect([silent.status, silent.body['code']]).toEqual([422, 'PRJ-017']);
    const { status, body } = await projector.call(`${PATH}/switch`, { accept: found['digest'], reason: 'was edited by hand' }); // prettier-ignore
    expect(status).toBe(200);
    expect((body['acts'] as Body[])[0]).toMatchObject({ act: 'switched', why: 'was edited by hand', differences: 1, digest: found['digest'] }); // prettier-ignore
    expect(await rows('select band from matrix.entry where record_id = $1', [id])).toEqual([{ band: 'RED' }]);
    await expect(owner.query(`update projection.act set who = 'somebody'`)).rejects.toThrow('never changed');
  }, 180_000);

  it('go on where they were when the process ended in the middle, and nobody reads another meanwhile', async () => {
    const kept = ids[HAMMERSMITH]?.at(-1) ?? '';
    let isAway = false;
    const leases: CaseLeases = {
      leaseCase: (wanted) =>
        isAway && wanted.includes(kept) ? Promise.reject(new Error('away')) : keys.leaseCase(wanted),
    };
    const doomed = await start(HOSTED.matrix, leases);
    await shown();
    const generation = await live();
    isAway = true;
    await doomed.call(`${PATH}/rebuild`, {});
    const { body: stuck } = await doomed.until(PATH, ({ rebuild }) => {
      const { done, problem } = rebuild as Body;
      return Number(done) > 0 && problem !== null;
    });
    expect(stuck['rebuild']).toMatchObject({ running: true, ready: false });
    expect((await doomed.call(`${PATH}/diff`)).status).not.toBe(200);
    await Promise.all(projectors.splice(0).map((projector) => projector.close()));
    const projector = await start();
    const { body: left } = await projector.call(PATH);
    const { done, running } = left['rebuild'] as Body;
    expect(running).toBe(false);
    expect([await live(), await entriesIn('matrix')]).toEqual([generation, all()]);
    const progress = await readyNext(projector);
    expect(progress).toMatchObject({ resumedFrom: done, done: progress['total'] });
    expect((await projector.call(`${PATH}/diff`)).body).toMatchObject({ differences: 0 });
    expect(((await projector.call(PATH)).body['acts'] as Body[])[0]).toMatchObject({ act: 'resumed' });
    expect((await projector.call(`${PATH}/drop`, { generation: 'next' })).status).toBe(200);
  }, 180_000);

  it('of a changed definition hold the projector until they are built, and a mistake in it cannot be switched to', async () => {
    const worse = changedMatrix((event) =>
      event.case?.['band'] === 'RED' ? { ...event, case: { ...event.case, band: 'GREEN' } } : event,
    );
    const projector = await start(worse);
    const { body: held } = await projector.call(PATH);
    expect(held['hold']).toMatchObject({ remedy: 'run probity projection rebuild matrix' });
    const generation = await live();
    await readyNext(projector);
    const refused = await projector.call(`${PATH}/switch`, {});
    expect([refused.status, refused.body['code']]).toEqual([422, 'PRJ-014']);
    expect(refused.body['detail']).toMatch(/The first: entry \(record_id [0-9a-f-]{36}\) differs in band/);
    expect(await live()).toBe(generation);
    const [last] = (await projector.call(PATH)).body['acts'] as Body[];
    expect(last).toMatchObject({ act: 'refused', digest: refused.body['digest'] });
    const { body: healed } = await projector.call(`${PATH}/switch`, { accept: refused.body['digest'], reason: 'meant' }); // prettier-ignore
    expect(healed['hold']).toBeNull();
    await write(BARKING, 1);
    await shown();
    const back = await projector.call(`${PATH}/rollback`, { reason: 'was not meant' });
    expect([back.status, back.body['code']]).toEqual([409, 'PRJ-016']);
    const { body: stale } = await projector.call(`${PATH}/rollback`, { reason: 'was not meant', allowStale: true }); // prettier-ignore
    expect(stale['hold']).toMatchObject({ remedy: 'run probity projection rebuild matrix' });
    await Promise.all(projectors.splice(0).map((running) => running.close()));
    await start();
    await shown();
    expect(await rows(`select count(*)::int as n from matrix.entry where band = 'RED'`)).not.toEqual([{ n: 0 }]); // prettier-ignore
  }, 180_000);

  it('that park what the live one has applied cannot be switched to, whatever is accepted', async () => {
    const [poison] = ids[HACKNEY] ?? [];
    const projector = await start(
      changedMatrix((event) => {
        if (event.recordId === poison) throw new UnprojectableEvent('the test says so');
        return event;
      }),
    );
    expect((await projector.call(`${PATH}/drop`, { generation: 'previous' })).status).toBe(200);
    await readyNext(projector);
    const { body: found } = await projector.call(`${PATH}/diff`);
    const refused = await projector.call(`${PATH}/switch`, { accept: found['digest'], reason: 'meant' });
    expect([refused.status, refused.body['code']]).toEqual([422, 'PRJ-015']);
    expect(refused.body['positions']).toBe(2);
    const none = await projector.call(`${PATH}/rollback`, { reason: 'there is none' });
    expect([none.status, none.body['code']]).toEqual([404, 'PRJ-010']);
  }, 180_000);
});
