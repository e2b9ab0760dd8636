import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import pg from 'pg';
import { SignedLog, openPlain, recordId } from '../test/signed-log.js';
import { tallyProjection, tallyTables } from '../test/tally.projection.js';
import type { CaseLeases } from './case-unsealing.js';
import { ProjectionRunner } from './projection-runner.js';
import { RowChecker } from './row-checker.js';

const HACKNEY = 'matrix.E09000012';
const KEY = Buffer.alloc(32, 7);
const leases: CaseLeases = {
  leaseCase: (ids) =>
    Promise.resolve(new Map(ids.map((id) => [id, { dekVersion: 1, subkey: Buffer.alloc(32) }]))),
};

describe('a check of the rows of a read model', () => {
  let harness: Harness;
  let owner: pg.Client;
  let pool: pg.Pool;
  let log: SignedLog;
  let runner: ProjectionRunner<{ lifecycle: 'COUNTED'; total: number; events: number }>;
  let checker: RowChecker;

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [] });
    owner = await harness.connect('probity_owner', 'probity_views');
    await owner.query(tallyTables('tally'));
    pool = new pg.Pool({ ...harness.config.pg('probity_matrix', 'probity_views'), max: 6 });
    pool.on('error', () => undefined);
    checker = new RowChecker(pool, tallyProjection, KEY);
  }, 300_000);

  beforeEach(async () => {
    await owner.query('truncate tally.checkpoint, tally.record, tally.total, tally.parked');
    log = new SignedLog([HACKNEY]);
    runner = new ProjectionRunner({
      ...{ definition: tallyProjection, pool, writers: log.writers, leases, open: openPlain, rowsKey: KEY },
      now: () => '2026-11-01T09:00:00.000Z',
    });
    await runner.start([{ topic: HACKNEY, partition: 0 }]);
    await apply(1);
    await apply(2);
  });

  afterAll(async () => {
    await pool.end();
    await harness.close();
  }, 60_000);

  const apply = (version: number): Promise<void> =>
    runner.process(
      log.append(
        HACKNEY,
        [1, 2, 3, 4, 5].map((n) => ({ recordId: recordId(n), version, points: n })),
      ),
    );
  const whole = { uncovered: 0, mismatches: [] };

  it('finds them whole after events in several batches, page by page', async () => {
    expect(await checker.page(null, 2)).toEqual({ ...whole, records: 2, last: recordId(2) });
    expect(await checker.page(recordId(4), 2)).toEqual({ ...whole, records: 1, last: null });
    expect(await checker.counts()).toEqual([]);
  });

  it('names table and record of a row that was edited, deleted or inserted by hand', async () => {
    await owner.query('update tally.total set total = total + 1 where record_id = $1', [recordId(1)]);
    await owner.query('delete from tally.total where record_id = $1', [recordId(2)]);
    await owner.query('insert into tally.total values ($1, 1, 1)', [recordId(9)]);
    await owner.query(`update tally.record set lifecycle = 'OTHER' where record_id = $1`, [recordId(3)]);
    const { mismatches } = await checker.page(null, 100);
    const found = new Set(mismatches.map(({ table, recordId: id, kind }) => `${kind} ${table} ${id}`));
    expect(found).toEqual(
      new Set([
        `changed total ${recordId(1)}`,
        `changed total ${recordId(2)}`,
        `changed record ${recordId(3)}`,
        `stray total ${recordId(9)}`,
      ]),
    );
    expect(await checker.again([recordId(1), recordId(4)])).toEqual([
      { table: 'total', recordId: recordId(1), kind: 'changed' },
    ]);
    await owner.query('update tally.total set total = total - 1 where record_id = $1', [recordId(1)]);
    expect(await checker.again([recordId(1)])).toEqual([]);
  });

  it('does not take the digest of one record, of an earlier version or under another key for the true one', async () => {
    await owner.query(
      `update tally.record r set rows_digest = o.rows_digest from tally.record o
        where r.record_id = $1 and o.record_id = $2`,
      [recordId(1), recordId(2)],
    );
    expect((await checker.again([recordId(1)])).map(({ table }) => table)).toEqual(['record', 'total']);
    const other = new RowChecker(pool, tallyProjection, Buffer.alloc(32, 8));
    expect((await other.page(null, 100)).mismatches).toHaveLength(10);
  });

  it('counts records without a digest, and tells of whole records that are missing by their number of events', async () => {
    await owner.query('update tally.record set rows_digest = null where record_id = $1', [recordId(1)]);
    expect(await checker.page(null, 100)).toMatchObject({ records: 5, uncovered: 1, mismatches: [] });
    await owner.query('delete from tally.total where record_id = $1', [recordId(2)]);
    await owner.query('delete from tally.record where record_id = $1', [recordId(2)]);
    expect((await checker.page(null, 100)).mismatches).toEqual([]);
    expect(await checker.counts()).toMatchObject([{ topic: HACKNEY, applied: 10n, recorded: 8n }]);
  });

  it('finds nothing while the same records are written', async () => {
    let isWriting = true;
    const writing = (async () => {
      for (let version = 3; version < 30; version += 1) await apply(version);
      isWriting = false;
    })();
    const found: unknown[] = [];
    while (isWriting) found.push(...(await checker.page(null, 100)).mismatches, ...(await checker.counts()));
    await writing;
    expect(found).toEqual([]);
  });
});
