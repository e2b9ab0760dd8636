import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OutboxRelay, recoverStore, StoreGate, untoldGenerations } from '@probity/event-store';
import type { GateOptions, LaneReport, RecoveryOptions, RecoveryTopic } from '@probity/event-store';
import type { BatchSigner, EventFacts, WriterRegistryFile } from '@probity/events';
import { WriterRegistry } from '@probity/events';
import { KafkaLog, onPrefixedTopics, topicName } from '@probity/messaging';
import type { ConsumedRecord } from '@probity/messaging';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { appendAs, event, migrateEvents, newStream, signerOf } from './fixture.js';

const BOROUGHS = ['E09000002', 'E09000003', 'E09000004', 'E09000005', 'E09000006', 'E09000007'] as const;
const NOW = '2026-11-02T09:00:00.000Z';

describe('a recovery', () => {
  let harness: Harness;
  let ingest: pg.Client;
  let admin: pg.Client;
  let writers: WriterRegistry;
  const logs = new Map<string, KafkaLog>();

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents], boroughs: BOROUGHS });
    ingest = await harness.connect('probity_ingest', 'probity_events');
    admin = await harness.connectAdmin('probity_events');
    const file = JSON.parse(readFileSync(harness.config.paths.writers, 'utf8')) as WriterRegistryFile;
    writers = new WriterRegistry(file);
  }, 180_000);

  afterAll(async () => {
    await Promise.all([...logs.values()].map((log) => log.close()));
    await harness.close();
  });

  const matrixOf = (borough: string): string => `matrix.${borough}`;
  const factsOf = (borough: string): Partial<EventFacts> => ({
    topic: matrixOf(borough),
    source: `/boroughs/${borough}`,
  });

  function logOf(borough: string): KafkaLog {
    let log = logs.get(borough);
    if (!log) {
      log = new KafkaLog({
        clientId: 'recovery-test',
        connection: harness.config.kafka(`ingest-${borough}`),
      });
      logs.set(borough, log);
    }
    return log;
  }

  function topicOf(borough: string): RecoveryTopic {
    return {
      topic: matrixOf(borough),
      partitions: 1,
      log: onPrefixedTopics(logOf(borough), harness.topicPrefix),
    };
  }

  function optionsFor(borough: string, over: Partial<RecoveryOptions> = {}): RecoveryOptions {
    return {
      database: harness.config.pg('probity_ingest', 'probity_events'),
      topics: [topicOf(borough)],
      verify: (each) => {
        writers.verify(each);
      },
      isDryRun: false,
      sendTimeout: 200,
      newId: randomUUID,
      now: () => NOW,
      ...over,
    };
  }

  function gateFor(
    borough: string,
    finish: GateOptions<null>['finish'] = () => Promise.resolve(null),
  ): {
    gate: StoreGate<null>;
    relay: OutboxRelay;
  } {
    const options = optionsFor(borough);
    const relay = new OutboxRelay({ ...options, sendTimeout: 200 });
    return { relay, gate: new StoreGate<null>({ ...options, relay, finish, report: () => undefined }) };
  }

  async function recover(borough: string, over: Partial<RecoveryOptions> = {}): Promise<LaneReport> {
    const { lanes } = await recoverStore(optionsFor(borough, over));
    return lanes[0] as LaneReport;
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Appends streams of three events each, a hundred a transaction, and has the relay send them. */
  async function published(borough: string, streams: number): Promise<string[]> {
    const signer: BatchSigner = signerOf(harness, borough);
    const all = Array.from({ length: streams }, newStream).map((stream) =>
      [1, 2, 3].map((version) => event(stream, version, factsOf(borough))),
    );
    for (let at = 0; at < all.length; at += 100)
      await appendAs(ingest, { events: all.slice(at, at + 100).flat(), signerOf: () => signer });
    await drain(borough);
    return all.flat().map(({ header }) => header.id);
  }

  async function drain(borough: string): Promise<void> {
    const relay = new OutboxRelay({ ...optionsFor(borough), sendTimeout: 200 });
    relay.start();
    await until(async () => {
      const sql = 'SELECT 1 FROM events.outbox WHERE topic = $1 LIMIT 1';
      return (await ingest.query(sql, [matrixOf(borough)])).rowCount === 0;
    });
    await relay.stop();
  }

  /** Everything that the store holds of a borough, position by position where they are asked for. */
  async function storeOf(borough: string, withPositions = true): Promise<unknown[]> {
    const { rows } = await ingest.query(
      `SELECT ${withPositions ? 'e.position,' : ''} e.event_id, e.stream, e.version, e.key, e.type, e.header, e.skeleton, e.path,
         s.sealed, b.topic, b.size, b.root, b.writer_key, b.signature, st.version AS last
       FROM events.event e JOIN events.batch b USING (batch) JOIN events.stream st ON st.stream = e.stream
       LEFT JOIN events.sealed_value s USING (position) WHERE e.topic = $1 ORDER BY e.event_id`,
      [matrixOf(borough)],
    );
    return rows;
  }

  async function recordsOf(borough: string): Promise<ConsumedRecord[]> {
    const name = topicName(matrixOf(borough), harness.topicPrefix);
    const records: ConsumedRecord[] = [];
    for await (const record of logOf(borough).read(name, 0, 0n, await logOf(borough).endOffset(name, 0)))
      records.push(record);
    return records;
  }

  /** What a superuser can do: the store as it was before some events, with nothing left that tells of them. */
  async function forget(ids: readonly string[], borough: string, isBackup: boolean): Promise<void> {
    await admin.query('BEGIN');
    for (const table of ['event', 'batch', 'sealed_value'])
      await admin.query(`ALTER TABLE events.${table} DISABLE TRIGGER USER`);
    await admin.query('DELETE FROM events.event WHERE event_id = ANY ($1)', [ids]);
    if (isBackup) {
      await admin.query(
        `DELETE FROM events.batch b WHERE NOT EXISTS (SELECT 1 FROM events.event e WHERE e.batch = b.batch);
         UPDATE events.stream s SET version = v.last FROM
           (SELECT stream, max(version) AS last FROM events.event GROUP BY stream) v WHERE v.stream = s.stream;
         DELETE FROM events.stream s WHERE NOT EXISTS (SELECT 1 FROM events.event e WHERE e.stream = s.stream)`,
      );
      const { rows } = await admin.query<{ kept: number }>(
        'SELECT count(*)::integer AS kept FROM events.event WHERE topic = $1',
        [matrixOf(borough)],
      );
      const kept = rows[0]?.kept ?? 0;
      await admin.query('UPDATE events.published SET next_offset = $2 WHERE topic = $1', [
        matrixOf(borough),
        kept,
      ]);
      await admin.query('DELETE FROM events.sent WHERE topic = $1 AND first_offset >= $2', [
        matrixOf(borough),
        kept,
      ]);
      await admin.query(
        'UPDATE events.sent SET positions = positions[1 : ($2 - first_offset)::integer] WHERE topic = $1 AND first_offset + cardinality(positions) > $2',
        [matrixOf(borough), kept],
      );
    }
    for (const table of ['event', 'batch', 'sealed_value']) {
      await admin.query(`ALTER TABLE events.${table} ENABLE TRIGGER USER`);
    }
    await admin.query('ALTER TABLE events.event ENABLE ALWAYS TRIGGER insert_only');
    await admin.query('COMMIT');
  }

  /** The topic as it was when it held fewer records; for null it is gone. */
  async function cutBack(borough: string, records: readonly ConsumedRecord[] | null): Promise<void> {
    const name = topicName(matrixOf(borough), harness.topicPrefix);
    await harness.broker.removeTopics([name]);
    await until(async () => !(await harness.broker.liveTopics()).some((topic) => topic.name === name));
    await logs.get(borough)?.close();
    logs.delete(borough);
    if (records === null) return;
    await makeAgain(borough);
    await logOf(borough).send(name, 0, [...records]);
  }

  /** A topic with nothing in it and the settings of its neighbours. */
  async function makeAgain(borough: string): Promise<void> {
    const neighbour = topicName(matrixOf('E09000002'), harness.topicPrefix);
    const spec = (await harness.broker.liveTopics()).find((topic) => topic.name === neighbour);
    if (!spec) throw new Error('the neighbour is not there');
    const name = topicName(matrixOf(borough), harness.topicPrefix);
    await harness.broker.ensureTopics([{ ...spec, name }]);
  }

  it('finds nothing to do in a store that is whole, and changes nothing', async () => {
    const borough = 'E09000002';
    await published(borough, 2);
    const before = await storeOf(borough);
    expect(await recover(borough)).toMatchObject({
      found: 'whole',
      records: 6,
      takenBack: 0,
      refilled: 0,
      putBack: 0,
      lacking: 0,
      generation: null,
      haveMoved: false,
      refused: [],
    });
    expect(await storeOf(borough)).toEqual(before);
  });

  it('takes back from the topic what a store of yesterday lacks, and leaves what no writer signed', async () => {
    const borough = 'E09000003';
    const yesterday = await published(borough, 2);
    const today = await published(borough, 300);
    const before = await storeOf(borough, false);
    await forget([...today, ...yesterday.slice(5)], borough, true);
    const name = topicName(matrixOf(borough), harness.topicPrefix);
    const [genuine] = await recordsOf(borough);
    const forged = { ...(genuine as ConsumedRecord), value: Buffer.from('{"sealed":{},"skeleton":{}}') };
    forged.headers = { ...forged.headers, ce_id: randomUUID() };
    await logOf(borough).send(name, 0, [forged]);

    const plan = await recover(borough, { isDryRun: true });
    expect(plan).toMatchObject({ found: 'store-behind', takenBack: 901, putBack: 0, lacking: 0 });
    expect(await storeOf(borough, false)).toHaveLength(5);

    const { gate, relay } = gateFor(borough);
    await gate.start();
    expect(gate.state).toBe('shut');
    expect(gate.findings).toMatchObject([{ topic: matrixOf(borough), kind: 'store-behind' }]);
    expect(relay.status().state).toBe('stopped');
    expect(gate.recover(false)).toBe(true);
    expect(gate.recover(false)).toBe(false);
    await until(() => gate.state === 'open');
    expect(gate.run).toMatchObject({ failure: null, hasEnded: true });
    expect(gate.run?.report?.lanes[0]).toMatchObject({
      takenBack: 901,
      refused: [{ offset: 906 }],
    });
    await gate.stop();
    expect(await storeOf(borough, false)).toEqual(before);
    expect(await recover(borough)).toMatchObject({ takenBack: 0, putBack: 0, records: 907 });
  }, 120_000);

  it('goes on where it was killed', async () => {
    const borough = 'E09000004';
    await published(borough, 1);
    const today = await published(borough, 400);
    const before = await storeOf(borough, false);
    await forget(today, borough, true);
    let verified = 0;
    const dying = recoverStore(
      optionsFor(borough, {
        verify: (each) => {
          if ((verified += 1) > 700) throw new TypeError('killed');
          writers.verify(each);
        },
        progress: ({ done }) => {
          if (done >= 500) throw new Error('killed');
        },
      }),
    );
    await expect(dying).rejects.toThrow('killed');
    expect((await storeOf(borough)).length).toBeGreaterThan(3);
    expect((await storeOf(borough)).length).toBeLessThan(before.length);
    expect((await recover(borough)).takenBack).toBeGreaterThan(0);
    expect(await storeOf(borough, false)).toEqual(before);
  }, 120_000);

  it('puts an event that was deleted in the middle back to its position', async () => {
    const borough = 'E09000005';
    const ids = await published(borough, 3);
    const before = await storeOf(borough);
    await forget([ids[4] as string], borough, false);
    expect(await storeOf(borough)).toHaveLength(8);
    expect(await recover(borough)).toMatchObject({ takenBack: 1, putBack: 0, refused: [] });
    expect(await storeOf(borough)).toEqual(before);
  });

  it('sends a topic of yesterday what it lacks, to the same offsets, however often it is broken off', async () => {
    const borough = 'E09000006';
    await published(borough, 400);
    const [records, before] = [await recordsOf(borough), await storeOf(borough)];
    await cutBack(borough, records.slice(0, 10));
    const { gate } = gateFor(borough);
    await gate.start();
    expect(gate.findings).toMatchObject([{ kind: 'topic-behind' }]);
    const dying = recover(borough, {
      progress: ({ done }) => {
        if (done > 500) throw new Error('killed');
      },
    });
    await expect(dying).rejects.toThrow('killed');
    expect((await recordsOf(borough)).length).toBeGreaterThan(10);
    expect(await recover(borough)).toMatchObject({
      found: 'topic-behind',
      takenBack: 0,
      putBack: 0,
      generation: null,
      haveMoved: false,
    });
    expect(await recordsOf(borough)).toEqual(records);
    expect(await storeOf(borough)).toEqual(before);
    expect(await recover(borough)).toMatchObject({ found: 'whole', records: 1200, refilled: 0 });
  }, 120_000);

  it('fills a topic that was lost as a new generation, with the map of what moved', async () => {
    const borough = 'E09000007';
    await published(borough, 3);
    const records = await recordsOf(borough);
    await cutBack(borough, null);
    const { gate } = gateFor(borough);
    await gate.start();
    expect(gate.findings).toMatchObject([{ kind: 'topic-lost' }]);
    expect(await recover(borough)).toMatchObject({ found: 'topic-lost', lacking: 9, generation: null });
    await makeAgain(borough);
    expect(await recover(borough)).toMatchObject({
      found: 'topic-lost',
      refilled: 9,
      generation: 2,
      haveMoved: false,
    });
    expect(await recordsOf(borough)).toEqual(records);
    expect(await untoldGenerations(ingest)).toMatchObject([
      { topic: matrixOf(borough), generation: 2, startedAt: NOW, events: 9, isIdentity: true },
    ]);
    // A store that does not remember the offsets can only send in its own order.
    await cutBack(borough, null);
    await makeAgain(borough);
    await admin.query('DELETE FROM events.sent WHERE topic = $1', [matrixOf(borough)]);
    expect(await recover(borough)).toMatchObject({ putBack: 9, generation: 3, haveMoved: true });
    await drain(borough);
    expect((await recordsOf(borough)).map(({ headers }) => headers['ce_id'])).toEqual(
      records.map(({ headers }) => headers['ce_id']),
    );
    expect(await recover(borough)).toMatchObject({ found: 'whole', records: 9 });
  }, 120_000);

  it('does not begin while another process relays the topic', async () => {
    const borough = 'E09000002';
    const relay = new OutboxRelay({ ...optionsFor(borough), sendTimeout: 200 });
    relay.start();
    await until(() => relay.status().held === 1);
    await expect(recover(borough)).rejects.toThrow('another process relays');
    expect(await recover(borough, { isDryRun: true })).toMatchObject({ found: 'whole' });
    await relay.stop();
  });
});
