import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { SignedLog, openPlain, recordId } from '../test/signed-log.js';
import { tallyIn, tallyTables } from '../test/tally.projection.js';
import type { TallyState } from '../test/tally.projection.js';
import type { CaseLeases } from './case-unsealing.js';
import type { LogBatch, LogEntry } from './event-reader.js';
import { diffGenerations } from './generation-diff.js';
import type { GenerationDifference } from './generation-diff.js';
import { CheckpointMoved, GenerationSwitched } from './projection-fault.js';
import { ProjectionRunner } from './projection-runner.js';
import { catchUp } from './rebuild.js';
import type { RangeLog } from './rebuild.js';
import { inTransaction } from './transaction.js';

const TOPICS = ['matrix.E09000002', 'matrix.E09000012', 'matrix.E09000013'] as const;
const PARTITIONS = TOPICS.map((topic) => ({ topic, partition: 0 }));
const PIECE = 7;
const leases: CaseLeases = {
  leaseCase: (ids) =>
    Promise.resolve(new Map(ids.map((id) => [id, { dekVersion: 1, subkey: Buffer.alloc(32) }]))),
};

describe('a generation built beside the live one', () => {
  let harness: Harness;
  let owner: pg.Client;
  let pool: pg.Pool;
  let log: SignedLog;
  let kept: Map<string, LogEntry[]>;
  let live: ProjectionRunner<TallyState>;

  const runnerIn = (schema: string, generation: number, change: object = {}) =>
    new ProjectionRunner<TallyState>({
      definition: { ...tallyIn(schema), ...change },
      generation,
      pool,
      writers: log.writers,
      leases,
      open: openPlain,
      now: () => '2026-11-01T09:00:00.000Z',
    });
  const write = (topic: string, events: Parameters<SignedLog['append']>[1]): LogBatch => {
    const batch = log.append(topic, events);
    kept.set(topic, [...(kept.get(topic) ?? []), ...batch.records]);
    return batch;
  };
  const topics: RangeLog = {
    async *readBatches(topic, _partition, from, to) {
      const records = kept.get(topic) ?? [];
      for (let at = Number(from); at < Number(to); at += PIECE) {
        await Promise.resolve();
        yield records.slice(at, Math.min(at + PIECE, Number(to)));
      }
    },
  };
  const targets = () => TOPICS.map((topic) => ({ topic, partition: 0, to: live.position(topic, 0) }));
  const diff = (): Promise<GenerationDifference> =>
    inTransaction(pool, (client) => diffGenerations(client, 'tally', 'tally_next'));
  const rebuilt = async (change: object = {}): Promise<ProjectionRunner<TallyState>> => {
    const next = runnerIn('tally_next', 2, change);
    await next.start(PARTITIONS);
    await catchUp(next, topics, targets());
    return next;
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [] });
    owner = await harness.connect('probity_owner', 'probity_views');
    pool = new pg.Pool({ ...harness.config.pg('probity_matrix', 'probity_views'), max: 6 });
    pool.on('error', () => undefined);
  }, 300_000);

  beforeEach(async () => {
    await owner.query('drop schema if exists tally, tally_next, tally_prev cascade');
    await owner.query(tallyTables('tally') + tallyTables('tally_next'));
    [log, kept] = [new SignedLog(TOPICS), new Map()];
    live = runnerIn('tally', 1);
    await live.start(PARTITIONS);
    for (const [place, topic] of TOPICS.entries()) {
      const first = Array.from({ length: 40 }, (_, n) => ({ recordId: recordId(100 * place + n), version: 1, points: n })); // prettier-ignore
      const second = first.slice(0, 20).map((event) => ({ ...event, version: 2, points: 3 }));
      await live.process(write(topic, [...first, { recordId: recordId(100 * place), version: 2, points: -1 }, ...second])); // prettier-ignore
    }
  });

  afterAll(async () => {
    await pool.end();
    await harness.close();
  }, 60_000);

  it('is equal to it in every row, what is parked included, and stands exactly where it was asked to', async () => {
    const next = await rebuilt();
    expect(await diff()).toMatchObject({ differences: 0, first: null });
    for (const topic of TOPICS) expect(next.position(topic, 0)).toBe(61n);
    const tables = (await diff()).tables.map(({ table, rows }) => [table, rows.live, rows.next]);
    expect(tables).toEqual([['parked', 6, 6], ['record', 120, 120], ['total', 120, 120]]); // prettier-ignore
  });

  it('goes on from its own checkpoints when it was broken off', async () => {
    const first = runnerIn('tally_next', 2);
    await first.start(PARTITIONS);
    const enough = new AbortController();
    await catchUp(first, topics, targets(), {
      signal: enough.signal,
      onApplied: () => {
        enough.abort();
      },
    });
    const reached = TOPICS.reduce((sum, topic) => sum + first.position(topic, 0), 0n);
    expect(reached).toBeGreaterThan(0n);
    expect(reached).toBeLessThan(183n);
    let applied = 0;
    const second = runnerIn('tally_next', 2);
    await second.start(PARTITIONS);
    await catchUp(second, topics, targets(), { onApplied: (records) => (applied += records) });
    expect(BigInt(applied)).toBe(183n - reached);
    expect((await diff()).differences).toBe(0);
  });

  it('lets no runner of the earlier generation write a row once it has the name', async () => {
    const next = await rebuilt();
    await owner.query('alter schema tally rename to tally_prev; alter schema tally_next rename to tally');
    const batch = write(TOPICS[0], [{ recordId: recordId(7), version: 3, points: 1 }]);
    await expect(live.process(batch)).rejects.toBeInstanceOf(CheckpointMoved);
    await expect(live.load()).rejects.toBeInstanceOf(GenerationSwitched);
    const taken = runnerIn('tally', 2);
    await taken.load();
    await taken.process(batch);
    const { rows } = await owner.query(
      'select (select events from tally.total where record_id = $1) as now, (select events from tally_prev.total where record_id = $1) as before',
      [recordId(7)],
    );
    expect(rows).toEqual([{ now: 3, before: 2 }]);
    expect(next.position(TOPICS[0], 0)).toBe(61n);
  });

  it('shows every row that differs by its key, and no value', async () => {
    await rebuilt();
    await owner.query('update tally.total set total = 99 where record_id = $1', [recordId(5)]);
    await owner.query('delete from tally.total where record_id = $1', [recordId(3)]);
    await owner.query('delete from tally_next.record where record_id = $1', [recordId(9)]);
    const found = await diff();
    expect(found.differences).toBe(3);
    expect(found.first).toEqual({ table: 'record', key: { record_id: recordId(9) }, kind: 'missing in next', columns: [] }); // prettier-ignore
    expect(found.tables.find(({ table }) => table === 'total')).toMatchObject({
      changed: 1,
      missingInLive: 1,
    });
    expect(JSON.stringify(found)).not.toContain('99');
    await owner.query('insert into tally_next.record select * from tally.record where record_id = $1', [recordId(9)]); // prettier-ignore
    await owner.query('delete from tally_next.total where record_id = $1', [recordId(3)]);
    expect((await diff()).first).toEqual({ table: 'total', key: { record_id: recordId(5) }, kind: 'changed', columns: ['total'] }); // prettier-ignore
  });

  it('has a digest of its differences that is the same for the same ones, and another for others', async () => {
    await rebuilt();
    const none = (await diff()).digest;
    const digestAfter = async (total: number): Promise<string> => {
      await owner.query('update tally.total set total = $2 where record_id = $1', [recordId(5), total]);
      return (await diff()).digest;
    };
    const first = await digestAfter(98);
    expect(await digestAfter(99)).not.toBe(first);
    expect(await digestAfter(98)).toBe(first);
    expect(await digestAfter(8)).toBe(none);
  });

  it('shows columns and tables that only one of them has', async () => {
    await rebuilt();
    await owner.query(
      'alter table tally_next.total add column grade text; alter table tally.total add column old text',
    );
    await owner.query('create table tally_next.extra (id integer primary key); grant select on tally_next.extra to probity_matrix'); // prettier-ignore
    const found = await diff();
    expect(found.differences).toBe(3);
    expect(found.tables.find(({ table }) => table === 'total')).toMatchObject({ addedColumns: ['grade'], removedColumns: ['old'] }); // prettier-ignore
  });
});
