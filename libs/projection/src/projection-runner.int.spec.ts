import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { COUNTED, SignedLog, openPlain, recordId } from '../test/signed-log.js';
import { tallyProjection, tallyTables } from '../test/tally.projection.js';
import type { TallyState } from '../test/tally.projection.js';
import type { CaseLeases } from './case-unsealing.js';
import type { ProjectionDefinition } from './projection-definition.js';
import { CheckpointMoved, ProjectionChanged } from './projection-fault.js';
import { ProjectionRunner } from './projection-runner.js';

const TOPICS = ['matrix.E09000002', 'matrix.E09000012', 'matrix.E09000013'] as const;
const [BARKING, HACKNEY, HAMMERSMITH] = TOPICS;
const PARTITIONS = TOPICS.map((topic) => ({ topic, partition: 0 }));

const now = (): string => '2026-11-01T09:00:00.000Z';
const leases: CaseLeases = {
  leaseCase: (ids) =>
    Promise.resolve(new Map(ids.map((id) => [id, { dekVersion: 1, subkey: Buffer.alloc(32) }]))),
};

describe('a projection runner on PostgreSQL', () => {
  let harness: Harness;
  let owner: pg.Client;
  let pool: pg.Pool;
  let log: SignedLog;

  const runner = (definition: ProjectionDefinition<TallyState> = tallyProjection, lender = leases) =>
    new ProjectionRunner({ definition, pool, writers: log.writers, leases: lender, open: openPlain, now });
  const started = async (): Promise<ProjectionRunner<TallyState>> => {
    const created = runner();
    await created.start(PARTITIONS);
    return created;
  };
  const totals = async (): Promise<Record<string, number>> => {
    const { rows } = await owner.query<{ record_id: string; total: number }>(
      'select record_id, total from tally.total',
    );
    return Object.fromEntries(rows.map((row) => [row.record_id, row.total]));
  };

  const parked = async (): Promise<string[]> => {
    const { rows } = await owner.query<{ line: string }>(
      `select topic || '@' || topic_offset || ' ' || kind || ' ' || code as line from tally.parked order by topic, topic_offset`,
    );
    return rows.map((row) => row.line);
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [] });
    owner = await harness.connect('probity_owner', 'probity_views');
    await owner.query(tallyTables('tally'));
    pool = new pg.Pool({ ...harness.config.pg('probity_matrix', 'probity_views'), max: 6 });
    pool.on('error', () => undefined);
  }, 300_000);

  beforeEach(async () => {
    await owner.query('truncate tally.checkpoint, tally.record, tally.total, tally.parked');
    log = new SignedLog(TOPICS);
  });

  afterAll(async () => {
    await pool.end();
    await harness.close();
  }, 60_000);

  it('changes rows and checkpoint together, and goes on from there after a restart', async () => {
    const batch = log.append(
      HACKNEY,
      [1, 2, 1].map((n, i) => ({ recordId: recordId(n), version: i === 2 ? 2 : 1, points: n })),
    );
    await (await started()).process(batch);
    const again = await started();
    expect(again.position(HACKNEY, 0)).toBe(3n);
    expect(await totals()).toEqual({ [recordId(1)]: 2, [recordId(2)]: 2 });
    const [row] = (await again.checkpoints()).filter((checkpoint) => checkpoint.topic === HACKNEY);
    expect(row).toMatchObject({ nextOffset: 3n, appliedEvents: 3n, duplicates: 0n });
  });

  it('begins a partition without a checkpoint where it is told to', async () => {
    const created = runner();
    await created.start(PARTITIONS, ({ topic }) => (topic === HACKNEY ? 40n : 0n));
    expect(created.position(HACKNEY, 0)).toBe(40n);
    expect(created.position(BARKING, 0)).toBe(0n);
  });

  it('lets a process that is behind do nothing: the checkpoint is not where its batch begins', async () => {
    const [live, zombie] = [await started(), await started()];
    const batch = log.append(HACKNEY, [{ recordId: recordId(1), version: 1, points: 7 }]);
    await live.process(batch);
    await expect(zombie.process(batch)).rejects.toBeInstanceOf(CheckpointMoved);
    await zombie.load();
    expect(zombie.position(HACKNEY, 0)).toBe(1n);
    expect(await totals()).toEqual({ [recordId(1)]: 7 });
  });

  it('applies a batch once when both processes apply it at the same moment', async () => {
    const [one, two] = [await started(), await started()];
    const batch = log.append(
      HACKNEY,
      Array.from({ length: 200 }, (_, n) => ({ recordId: recordId(n), version: 1 })),
    );
    const results = await Promise.allSettled([one.process(batch), two.process(batch)]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const { rows } = await owner.query(
      'select count(*)::int as n, sum(events)::int as events from tally.total',
    );
    expect(rows).toEqual([{ n: 200, events: 200 }]);
  });

  it('leaves nothing behind when its connection dies inside the transaction, and then applies the batch once', async () => {
    const applying = await started();
    const batch = log.append(HACKNEY, [{ recordId: recordId(1), version: 1, points: 3 }]);
    const blocker = await harness.connect('probity_owner', 'probity_views');
    await blocker.query('begin');
    await blocker.query('lock table tally.total in exclusive mode');
    const lost = expect(applying.process(batch)).rejects.toThrow();
    for (let killed = 0; killed === 0;) {
      const admin = await harness.connectAdmin('probity_views');
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where usename = 'probity_matrix' and datname = current_database() and wait_event_type = 'Lock'`,
      );
      killed = rowCount ?? 0;
    }
    await lost;
    await blocker.query('rollback');
    expect(await totals()).toEqual({});
    await applying.load();
    expect(applying.position(HACKNEY, 0)).toBe(0n);
    await applying.process(batch);
    expect(await totals()).toEqual({ [recordId(1)]: 3 });
  });

  it('refuses rows that another definition made and names the way out', async () => {
    await started();
    const changed = runner({ ...tallyProjection, fingerprintInputs: { fold: 2 } });
    await expect(changed.start(PARTITIONS)).rejects.toThrow('probity projection rebuild tally');
    await expect(runner({ ...tallyProjection, version: 2 }).start(PARTITIONS)).rejects.toBeInstanceOf(
      ProjectionChanged,
    );
    await expect(runner({ ...tallyProjection, ignores: new Set() }).load()).rejects.toBeInstanceOf(
      ProjectionChanged,
    );
  });

  it('puts batches that wait together into one transaction, and parks what one of them cannot apply', async () => {
    const created = await started();
    const good = log.append(BARKING, [{ recordId: recordId(1), version: 1, points: 4 }]);
    const gap = log.append(HACKNEY, [{ recordId: recordId(2), version: 1 }, { recordId: recordId(2), version: 3 }]); // prettier-ignore
    const late = log.append(HAMMERSMITH, [{ recordId: recordId(3), version: 1, points: 6 }]);
    await Promise.all([good, gap, late].map((batch) => created.process(batch)));
    expect(created.position(HACKNEY, 0)).toBe(2n);
    expect(await totals()).toEqual({ [recordId(1)]: 4, [recordId(2)]: 1, [recordId(3)]: 6 });
    expect(await parked()).toEqual([`${HACKNEY}@1 POISON GAP`]);
    expect(created.stats).toMatchObject({ applied: 3, parked: 1, rejected: 0 });
    expect(created.stats.transactions).toBeLessThan(3);
  });

  it('parks later events of a record behind its poison across batches and restarts', async () => {
    const poison = { recordId: recordId(1), version: 1, points: -1 };
    const first = log.append(HACKNEY, [poison, { recordId: recordId(2), version: 1 }]);
    await (await started()).process(first);
    const second = log.append(HACKNEY, [{ recordId: recordId(1), version: 2 }, { recordId: recordId(2), version: 2 }]); // prettier-ignore
    await (await started()).process(second);
    expect(await totals()).toEqual({ [recordId(2)]: 2 });
    expect(await parked()).toEqual([`${HACKNEY}@0 POISON RULE`, `${HACKNEY}@2 BEHIND BEHIND`]);
  });

  it('asks the vault for no key of a record that waits', async () => {
    const asked: string[] = [];
    const lender: CaseLeases = { leaseCase: (ids) => (asked.push(...ids), leases.leaseCase(ids)) };
    const created = runner(tallyProjection, lender);
    await created.start(PARTITIONS);
    await created.process(log.append(HACKNEY, [{ recordId: recordId(1), version: 1, points: -1 }]));
    asked.length = 0;
    await created.process(log.append(HACKNEY, [{ recordId: recordId(1), version: 2 }, { recordId: recordId(2), version: 1 }])); // prettier-ignore
    expect(asked).toEqual([recordId(2)]);
  });

  it('leaves neither parked row nor checkpoint when the other of them cannot be written', async () => {
    const [live, zombie] = [await started(), await started()];
    const batch = log.append(HACKNEY, [{ recordId: recordId(1), version: 2 }]);
    await live.process(batch);
    await owner.query('delete from tally.parked');
    await expect(zombie.process(batch)).rejects.toBeInstanceOf(CheckpointMoved);
    expect(await parked()).toEqual([]);
  });

  it('keeps a stale partition from undoing the others that share its transaction', async () => {
    const [live, zombie] = [await started(), await started()];
    const first = log.append(BARKING, [{ recordId: recordId(1), version: 1 }]);
    await live.process(first);
    const own = log.append(HACKNEY, [{ recordId: recordId(2), version: 1 }]);
    const warmUp = log.append(HAMMERSMITH, [{ recordId: recordId(3), version: 1 }]);
    const results = await Promise.allSettled([warmUp, first, own].map((batch) => zombie.process(batch)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(Object.keys(await totals())).toHaveLength(3);
  });

  it('parks the very record whose row the database refuses, in whatever company it comes', async () => {
    const created = await started();
    const points = [5, 5, 1_000, 5, 5, 5, 2_000, 5];
    const batch = log.append(HACKNEY, points.map((p, n) => ({ recordId: recordId(n % 5), version: n < 5 ? 1 : 2, points: p }))); // prettier-ignore
    await created.process(batch);
    expect(await totals()).toEqual({
      [recordId(0)]: 10,
      [recordId(1)]: 5,
      [recordId(3)]: 5,
      [recordId(4)]: 5,
    });
    expect(await parked()).toEqual([
      `${HACKNEY}@2 POISON CONSTRAINT`,
      `${HACKNEY}@6 POISON CONSTRAINT`,
      `${HACKNEY}@7 BEHIND BEHIND`,
    ]);
    const { rows } = await owner.query('select distinct reason from tally.parked where code = $1', ['CONSTRAINT']); // prettier-ignore
    expect(rows).toEqual([{ reason: 'the read model refuses the row: total_limit' }]);
    expect(created.position(HACKNEY, 0)).toBe(8n);
  });

  it('asks for keys of fresh events alone, and does nothing while the vault is away', async () => {
    const asked: string[] = [];
    let isAway = true;
    const lender: CaseLeases = {
      leaseCase: (ids) => {
        asked.push(...ids);
        return isAway ? Promise.reject(new Error('away')) : leases.leaseCase(ids);
      },
    };
    const created = runner(tallyProjection, lender);
    await created.start(PARTITIONS);
    const batch = log.append(HACKNEY, [{ recordId: recordId(1), version: 1 }]);
    await expect(created.process(batch)).rejects.toThrow('away');
    expect(created.position(HACKNEY, 0)).toBe(0n);
    isAway = false;
    await created.process(batch);
    const [again] = batch.records;
    const redelivered = log.append(HACKNEY, [{ recordId: recordId(2), version: 1, type: COUNTED }]);
    asked.length = 0;
    const records = [{ ...(again ?? redelivered.records[0]), offset: 1n }, { ...redelivered.records[0], offset: 2n }]; // prettier-ignore
    await created.process({ ...batch, records: records as typeof batch.records });
    expect(asked).toEqual([recordId(2)]);
    expect(created.stats).toMatchObject({ applied: 2, duplicates: 1 });
  });
});
