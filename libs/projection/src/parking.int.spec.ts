import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { SignedLog, openPlain, recordId } from '../test/signed-log.js';
import type { TestEvent } from '../test/signed-log.js';
import { tallyIn, tallyProjection, tallyTables } from '../test/tally.projection.js';
import type { TallyState } from '../test/tally.projection.js';
import type { CaseKey, CaseLeases } from './case-unsealing.js';
import type { LogBatch, LogEntry } from './event-reader.js';
import { diffGenerations } from './generation-diff.js';
import { Parking } from './parking.js';
import type { ProjectionDefinition } from './projection-definition.js';
import { ProjectionRunner } from './projection-runner.js';

const HACKNEY = 'matrix.E09000012';
const BARKING = 'matrix.E09000002';
const AT = '2026-11-01T09:00:00.000Z';
const BY = { actor: 'operator', at: AT, reason: 'the rule was corrected' };
const key = (n: number) => ({ topic: HACKNEY, partition: 0, recordId: recordId(n) });
const place = (offset: bigint) => ({ topic: HACKNEY, partition: 0, offset });

/** The definition after its correction: what broke the rule counts as nothing. Its rows are those of the same definition otherwise. */
const corrected = (schema: string): ProjectionDefinition<TallyState> => {
  const tally = tallyIn(schema);
  return { ...tally, fold: (state, event) => tally.fold(state, Number(event.case?.['points']) < 0 ? { ...event, case: { points: 0 } } : event) }; // prettier-ignore
};

describe('redrive and discard on PostgreSQL', () => {
  let harness: Harness;
  let owner: pg.Client;
  let pool: pg.Pool;
  let log: SignedLog;
  let kept: Map<bigint, LogEntry>;
  let batches: LogBatch[];

  const leases: CaseLeases = {
    leaseCase: (ids) =>
      Promise.resolve(
        new Map(ids.map((id): [string, CaseKey] => [id, { dekVersion: 1, subkey: Buffer.alloc(32) }])),
      ),
  };
  const runner = async (definition = tallyProjection): Promise<ProjectionRunner<TallyState>> => {
    const { writers } = log;
    const made = new ProjectionRunner({ definition, pool, writers, leases, open: openPlain, now: () => AT });
    await made.start([{ topic: HACKNEY, partition: 0 }]);
    return made;
  };
  const parking = (
    definition = corrected('tally'),
    changes: { leases?: CaseLeases } = {},
  ): Parking<TallyState> =>
    new Parking({
      ...{ definition, pool, leases, writers: log.writers, open: openPlain, generation: 1, ...changes },
      log: {
        async *read(_topic, _partition, from, to) {
          for (let offset = from; offset < to; offset += 1n) {
            const record = kept.get(offset);
            if (record) yield record;
          }
        },
      },
    });
  const write = (events: readonly TestEvent[]): LogBatch => {
    const batch = log.append(HACKNEY, events);
    for (const record of batch.records) kept.set(record.offset, record);
    batches.push(batch);
    return batch;
  };
  const parked = async (): Promise<string[]> => {
    const sql = `select topic_offset || ' ' || kind || ' ' || code as line from tally.parked order by topic_offset`;
    return (await owner.query<{ line: string }>(sql)).rows.map((row) => row.line);
  };
  const acts = async (): Promise<string[]> => {
    const sql = `select act || ' ' || outcome || ' ' || applied || ' ' || actor || ': ' || reason as line from tally_acts.parked_act order by act_id`;
    return (await owner.query<{ line: string }>(sql)).rows.map((row) => row.line);
  };
  /** Compares with a run of the corrected definition that nothing ever disturbed. */
  const expectUndisturbed = async (): Promise<void> => {
    await owner.query('truncate calm.checkpoint, calm.record, calm.total, calm.parked');
    const calm = await runner(corrected('calm'));
    for (const batch of batches) await calm.process(batch);
    await owner.query('begin');
    const { differences, first } = await diffGenerations(owner, 'tally', 'calm');
    await owner.query('rollback');
    expect({ differences, first }).toEqual({ differences: 0, first: null });
    const counted = `select next_offset, applied_events from`;
    const [here, there] = [await owner.query(`${counted} tally.checkpoint`), await owner.query(`${counted} calm.checkpoint`)]; // prettier-ignore
    expect(here.rows).toEqual(there.rows);
  };
  /** Three records, of which the first is parked at its second event with two behind it. */
  const poisoned = async (): Promise<ProjectionRunner<TallyState>> => {
    const live = await runner();
    await live.process(write([{ recordId: recordId(1), version: 1, points: 5 }, { recordId: recordId(2), version: 1 }])); // prettier-ignore
    await live.process(write([{ recordId: recordId(1), version: 2, points: -1 }, { recordId: recordId(1), version: 3, points: 2 }, { recordId: recordId(3), version: 1 }])); // prettier-ignore
    await live.process(write([{ recordId: recordId(1), version: 4, points: 7 }, { recordId: recordId(2), version: 2 }])); // prettier-ignore
    return live;
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [] });
    owner = await harness.connect('probity_owner', 'probity_views');
    await owner.query(tallyTables('tally') + tallyTables('calm'));
    pool = new pg.Pool({ ...harness.config.pg('probity_matrix', 'probity_views'), max: 6 });
    pool.on('error', () => undefined);
  }, 300_000);

  beforeEach(async () => {
    await owner.query(
      'truncate tally.checkpoint, tally.record, tally.total, tally.parked, tally_acts.parked_act',
    );
    log = new SignedLog([HACKNEY, BARKING]);
    [kept, batches] = [new Map(), []];
  });

  afterAll(async () => {
    await pool.end();
    await harness.close();
  }, 60_000);

  it('restores exactly the rows of an undisturbed run, and others never waited', async () => {
    await poisoned();
    expect(await parked()).toEqual(['2 POISON RULE', '3 BEHIND BEHIND', '5 BEHIND BEHIND']);
    const { rows } = await owner.query('select events from tally.total where record_id = $1', [recordId(2)]);
    expect(rows).toEqual([{ events: 2 }]);
    const redriven = await parking().redrive(key(1), BY);
    expect(redriven).toMatchObject({ outcome: 'DONE', applied: 3, duplicates: 0, left: 0 });
    expect(await parked()).toEqual([]);
    expect(await acts()).toEqual(['REDRIVE DONE 3 operator: the rule was corrected']);
    await expectUndisturbed();
  });

  it('stops at the first event that still cannot be applied, says why, and keeps the rest behind it', async () => {
    const live = await poisoned();
    await live.process(write([{ recordId: recordId(1), version: 5, points: 2_000 }, { recordId: recordId(1), version: 6 }])); // prettier-ignore
    const same = await parking(tallyProjection).redrive(key(1), BY);
    expect(same).toMatchObject({
      outcome: 'STOPPED',
      code: 'RULE',
      position: place(2n),
      applied: 0,
      left: 5,
    });
    const further = await parking().redrive(key(1), BY);
    expect(further).toMatchObject({
      ...{ outcome: 'STOPPED', code: 'CONSTRAINT', position: place(7n), applied: 3, left: 2 },
      reason: 'the read model refuses the row: total_limit',
    });
    expect(await parked()).toEqual(['7 POISON CONSTRAINT', '8 BEHIND BEHIND']);
    const { rows } = await owner.query('select total from tally.total where record_id = $1', [recordId(1)]);
    expect(rows).toEqual([{ total: 14 }]);
  });

  it('applies everything once when two redrives run at once', async () => {
    await poisoned();
    const both = await Promise.all([1, 2].map(() => parking().redrive(key(1), BY)));
    expect(both.map(({ outcome }) => outcome)).toEqual(['DONE', 'DONE']);
    expect(both.map(({ applied }) => applied).sort()).toEqual([0, 3]);
    await expectUndisturbed();
  });

  it('lets no event that arrives during a redrive overtake it, nor park behind nothing', async () => {
    const live = await poisoned();
    const arriving: Promise<void>[] = [];
    // The redrive asks for keys while it holds the checkpoint: just then the next event comes, having seen the record wait.
    const meanwhile: CaseLeases = {
      leaseCase: async (ids) => {
        if (arriving.length === 0) {
          arriving.push(live.process(write([{ recordId: recordId(1), version: 5, points: 11 }])));
          await untilSomebodyWaits();
        }
        return leases.leaseCase(ids);
      },
    };
    const redriven = await parking(corrected('tally'), { leases: meanwhile }).redrive(key(1), BY);
    expect(redriven).toMatchObject({ outcome: 'DONE', applied: 3 });
    await Promise.all(arriving);
    expect(await parked()).toEqual([]);
    await expectUndisturbed();
  });

  it('takes back what arrived while it was reading, too', async () => {
    const live = await poisoned();
    const reading = parking();
    const read = reading.store.ofKey.bind(reading.store);
    let isFirst = true;
    reading.store.ofKey = async (...args) => {
      const rows = await read(...args);
      if (isFirst) {
        isFirst = false;
        await live.process(write([{ recordId: recordId(1), version: 5, points: 1 }]));
      }
      return rows;
    };
    expect(await reading.redrive(key(1), BY)).toMatchObject({ outcome: 'DONE', applied: 4, left: 0 });
    await expectUndisturbed();
  });

  it('leaves everything parked when its connection dies before the commit, and does it all the next time', async () => {
    await poisoned();
    const blocker = await harness.connect('probity_owner', 'probity_views');
    await blocker.query('begin');
    await blocker.query('lock table tally.total in exclusive mode');
    const lost = expect(parking().redrive(key(1), BY)).rejects.toThrow();
    await untilSomebodyWaits('pg_terminate_backend(pid)');
    await lost;
    await blocker.query('rollback');
    expect(await parked()).toHaveLength(3);
    expect(await acts()).toEqual([]);
    await parking().redrive(key(1), BY);
    await expectUndisturbed();
  });

  it('takes versions in their order where a recovery has put one back behind later ones', async () => {
    const live = await runner();
    await live.process(
      write([
        { recordId: recordId(1), version: 1 },
        { recordId: recordId(1), version: 3 },
      ]),
    );
    await live.process(write([{ recordId: recordId(1), version: 2 }]));
    expect(await parked()).toEqual(['1 POISON GAP', '2 BEHIND BEHIND']);
    expect(await parking().redrive(key(1), BY)).toMatchObject({ outcome: 'DONE', applied: 2 });
    const { rows } = await owner.query('select events from tally.total');
    expect(rows).toEqual([{ events: 3 }]);
  });

  it('takes a rejected event back once its writer is known, with what waited for it', async () => {
    const { writers: stranger } = new SignedLog([HACKNEY]);
    const live = await runner();
    await live.process(write([{ recordId: recordId(1), version: 1 }]));
    const unknown = new ProjectionRunner({ definition: tallyProjection, pool, writers: stranger, leases, open: openPlain, now: () => AT }); // prettier-ignore
    await unknown.load();
    await unknown.process(write([{ recordId: recordId(1), version: 2 }]));
    await live.load();
    await live.process(write([{ recordId: recordId(1), version: 3 }]));
    expect(await parked()).toEqual(['1 REJECTED SIGNATURE', '2 POISON GAP']);
    const discard = parking(tallyProjection).discard(place(1n), BY);
    await expect(discard).rejects.toMatchObject({ refusal: 'HAS_EFFECT' });
    expect(await parking(tallyProjection).redrive(key(1), BY)).toMatchObject({ applied: 2, left: 0 }); // prettier-ignore
    expect(await parked()).toEqual([]);
    await expectUndisturbed();
  });

  it('says that the topic no longer holds an event instead of forgetting it', async () => {
    await poisoned();
    kept.delete(2n);
    const redriven = await parking().redrive(key(1), BY);
    expect(redriven).toMatchObject({ outcome: 'STOPPED', code: 'NOT_KEPT', position: place(2n), left: 3 });
    expect(await parked()).toEqual(['2 POISON NOT_KEPT', '3 BEHIND BEHIND', '5 BEHIND BEHIND']);
  });

  it('discards a second history and a forged position, and records who and why', async () => {
    const live = await runner();
    await live.process(write([{ recordId: recordId(1), version: 1, points: 5 }]));
    await live.process(write([{ recordId: recordId(1), version: 1, points: 6 }]));
    const [forged] = new SignedLog([HACKNEY]).append(HACKNEY, [
      { recordId: recordId(1), version: 2 },
    ]).records;
    if (!forged) throw new Error('one event has one record');
    kept.set(2n, { ...forged, offset: 2n });
    await live.process({ topic: HACKNEY, partition: 0, records: [{ ...forged, offset: 2n }] });
    expect(await parked()).toEqual(['1 REJECTED CONFLICT', '2 REJECTED SIGNATURE']);
    await parking().discard(place(1n), { ...BY, reason: 'a second history' });
    await parking().discard(place(2n), { ...BY, reason: 'forged' });
    expect(await parked()).toEqual([]);
    expect(await acts()).toEqual([
      'DISCARD DONE 0 operator: a second history',
      'DISCARD DONE 0 operator: forged',
    ]);
    // Another generation meets the same positions and does not ask a person again.
    await owner.query('truncate tally.checkpoint, tally.record, tally.total');
    const anew = await runner();
    for (const batch of batches) await anew.process(batch);
    expect(await parked()).toEqual([]);
  });

  it('refuses to discard what has an effect or may be the event that is missing, and records that', async () => {
    const live = await poisoned();
    await expect(parking().discard(place(2n), BY)).rejects.toMatchObject({ refusal: 'HAS_EFFECT' });
    await expect(parking().discard(place(3n), BY)).rejects.toMatchObject({ refusal: 'HAS_EFFECT' });
    await expect(parking().discard(place(0n), BY)).rejects.toMatchObject({ refusal: 'NOT_PARKED' });
    const [event] = write([{ recordId: recordId(2), version: 3 }]).records;
    if (!event) throw new Error('one event has one record');
    const damaged = { ...event, value: Buffer.from('{}') };
    kept.set(event.offset, damaged);
    await live.process({ topic: HACKNEY, partition: 0, records: [damaged] });
    await live.process(write([{ recordId: recordId(2), version: 4 }]));
    await expect(parking().discard(place(7n), BY)).rejects.toMatchObject({ refusal: 'MAY_BE_MISSING' });
    expect(await parked()).toContain('7 REJECTED FORMAT');
    expect(await acts()).toEqual([1, 2, 3].map(() => 'DISCARD REFUSED 0 operator: the rule was corrected'));
  });

  it('does nothing in the place of another generation', async () => {
    await poisoned();
    await owner.query('update tally.checkpoint set generation = 2');
    await expect(parking().redrive(key(1), BY)).rejects.toMatchObject({ name: 'GenerationSwitched' });
    expect(await parked()).toHaveLength(3);
  });

  /** Waits until a transaction of the read model's role waits for a lock. */
  async function untilSomebodyWaits(what = 'pid'): Promise<void> {
    const admin = await harness.connectAdmin('probity_views');
    for (let waiting = 0; waiting === 0;) {
      const { rowCount } = await admin.query(
        `select ${what} from pg_stat_activity
          where usename = 'probity_matrix' and datname = current_database() and wait_event_type = 'Lock'`,
      );
      waiting = rowCount ?? 0;
    }
  }

  it('counts records and rejected positions, and lists heads page by page', async () => {
    const live = await poisoned();
    await live.process(write([{ recordId: recordId(4), version: 2 }]));
    const { store } = parking();
    expect(await store.counts(pool)).toEqual({ keys: 2, rejected: 0, oldest: AT });
    const [first] = await store.heads(pool, null, 1);
    expect(first).toMatchObject({ position: place(2n), code: 'RULE', behind: 2, recordId: recordId(1) });
    const rest = await store.heads(pool, first?.position ?? null, 10);
    expect(rest.map(({ code, behind }) => [code, behind])).toEqual([['GAP', 0]]);
  });
});
