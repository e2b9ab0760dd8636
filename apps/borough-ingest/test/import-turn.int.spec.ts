import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@probity/local-stack';
import { startHarness, type Harness } from '@probity/testing';
import pg from 'pg';
import { migrateIngest } from '../src/database/migrate-schemas.js';
import { noProgress, type ImportJob } from '../src/imports/import-job.js';
import { ImportJobRepository } from '../src/imports/import-job.repository.js';
import { INTERRUPTED } from '../src/imports/import-problems.js';
import { ImportTurn } from '../src/imports/import-turn.js';

const BOROUGH = 'E09000012';
const FILE_HASH = 'a'.repeat(64);

let harness: Harness;
let pools: [pg.Pool, pg.Pool];

beforeAll(async () => {
  harness = await startHarness({ migrate: [migrateIngest], boroughs: [BOROUGH] });
  const settings = {
    ...harness.config.pg('probity_ingest', 'probity_events'),
    application_name: 'turn-spec',
  };
  pools = [new pg.Pool(settings), new pg.Pool(settings)];
  for (const pool of pools) pool.on('error', () => undefined);
}, 300_000);

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await harness.close();
}, 60_000);

const take = async (pool: pg.Pool, borough = BOROUGH): Promise<ImportTurn> => {
  const turn = await ImportTurn.take(pool, borough, () => false);
  if (turn === null) throw new Error('no turn was given');
  return turn;
};

function job(change: Partial<ImportJob> = {}): ImportJob {
  return {
    ...{ id: randomUUID(), borough: BOROUGH, fileName: 'list.csv', fileHash: FILE_HASH, groupsHash: null },
    ...{ windowId: randomUUID(), asAt: '2026-11-01T09:00:00.000Z', uploader: `officer-${BOROUGH}` },
    ...{ isDryRun: false, state: 'running', adapter: null, progress: noProgress(), problem: null },
    ...{ keyRecord: randomUUID(), keyVersion: 1, keepUntil: '2026-11-02T09:00:00.000Z' },
    ...change,
  };
}

describe('the turn to decide the rows of a borough', () => {
  it('[R-39] is one import’s alone, whichever process runs it, and goes to the next when it is given back', async () => {
    const first = await take(pools[0]);
    let second: ImportTurn | undefined;
    const waiting = take(pools[1]).then((turn) => (second = turn));
    const other = await take(pools[1], 'E09000013');
    expect(second).toBeUndefined();
    other.release();
    first.release();
    await waiting;
    expect(second?.isLost).toBe(false);
    second?.release();
  });

  it('is not waited for by a process that is told to stop', async () => {
    const first = await take(pools[0]);
    expect(await ImportTurn.take(pools[1], BOROUGH, () => true)).toBeNull();
    first.release();
  });

  it('[R-39] is lost with its session, and whoever has lost it cannot write the end of an import', async () => {
    const lost = await take(pools[0]);
    const admin = await harness.connectAdmin('probity_events');
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'turn-spec'`,
    );
    expect(await waitUntil(() => lost.isLost, 10_000)).toBe(true);
    const next = await take(pools[1]);
    await expect(lost.inTransaction(() => Promise.resolve())).rejects.toThrow();
    lost.release();
    next.release();
  });
});

describe('an import that its process left behind', () => {
  it('is said to be interrupted by that process alone when it starts again', async () => {
    const [first, second] = [1, 2].map((instance) => new ImportJobRepository(pools[0], instance));
    const [own, foreign] = [job(), job()];
    await first!.create(own);
    await second!.create(foreign);
    expect(await first!.failInterrupted([BOROUGH], INTERRUPTED)).toEqual([own.id]);
    expect((await first!.find(own.id))?.state).toBe('failed');
    expect((await first!.find(foreign.id))?.state).toBe('running');
  });

  it('[R-72] keeps its report when nothing was left but to say that it had ended', async () => {
    const jobs = new ImportJobRepository(pools[0], 1);
    const fileHash = 'b'.repeat(64);
    const [broken, whole] = [job({ fileHash }), job({ fileHash })];
    await jobs.create(broken);
    await jobs.create(whole);
    expect(await jobs.findWhole(BOROUGH, fileHash)).toBeNull();
    await jobs.markWhole(whole.id);
    await jobs.failInterrupted([BOROUGH], INTERRUPTED);
    expect(await jobs.findWhole(BOROUGH, fileHash)).toMatchObject({ id: whole.id, state: 'failed' });
    await jobs.complete(pools[0], whole.id);
    expect(await jobs.findWhole(BOROUGH, fileHash)).toMatchObject({ state: 'completed', problem: null });
  });
});
