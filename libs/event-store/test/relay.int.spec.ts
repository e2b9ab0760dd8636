import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { OutboxRelay } from '@probity/event-store';
import type { RelayLog } from '@probity/event-store';
import type { BatchSigner } from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { appendAs, event, migrateEvents, newStream, signerOf } from './fixture.js';

const BOROUGHS = ['E09000002', 'E09000003', 'E09000012', 'E09000013'] as const;

describe('the relay', () => {
  let harness: Harness;
  let ingest: pg.Client;
  const relays: OutboxRelay[] = [];
  const logs: KafkaLog[] = [];
  const signers = new Map<string, BatchSigner>();

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents], boroughs: BOROUGHS });
    ingest = await harness.connect('probity_ingest', 'probity_events');
    for (const borough of BOROUGHS) signers.set(borough, signerOf(harness, borough));
  }, 180_000);

  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await harness.close();
  });

  function kafkaOf(borough: string): KafkaLog {
    const log = new KafkaLog({
      clientId: 'relay-test',
      connection: harness.config.kafka(`ingest-${borough}`),
    });
    logs.push(log);
    return log;
  }

  const name = (topic: string): string => topicName(topic, harness.topicPrefix);

  function logOf(borough: string): RelayLog {
    const log = kafkaOf(borough);
    return {
      send: (topic, partition, records) => log.send(name(topic), partition, records),
      endOffset: (topic, partition) => log.endOffset(name(topic), partition),
      read: (topic, partition, from, to) => log.read(name(topic), partition, from, to),
    };
  }

  function relay(borough: string, log: RelayLog): OutboxRelay {
    const made = new OutboxRelay({
      database: harness.config.pg('probity_ingest', 'probity_events'),
      topics: [{ topic: `matrix.${borough}`, partitions: 1, log }],
      sendTimeout: 200,
    });
    relays.push(made);
    return made;
  }

  async function appendTo(borough: string, count: number): Promise<string[]> {
    const over = { topic: `matrix.${borough}`, source: `/boroughs/${borough}` };
    const events = Array.from({ length: count }, () => event(newStream(), 1, over));
    await appendAs(ingest, { events, signerOf: () => signers.get(borough) as BatchSigner });
    return events.map((each) => each.header.id);
  }

  async function idsIn(borough: string): Promise<string[]> {
    const log = logOf(borough);
    const end = await log.endOffset(`matrix.${borough}`, 0);
    const ids: string[] = [];
    for await (const record of log.read(`matrix.${borough}`, 0, 0n, end))
      ids.push(String(record.headers['ce_id']));
    return ids;
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function outboxIsEmpty(borough: string): Promise<boolean> {
    const { rows } = await ingest.query('SELECT 1 FROM events.outbox WHERE topic = $1 LIMIT 1', [
      `matrix.${borough}`,
    ]);
    return rows.length === 0;
  }

  it('publishes every event once and in the order of the store', async () => {
    const ids = await appendTo('E09000012', 1200);
    relay('E09000012', logOf('E09000012')).start();
    ids.push(...(await appendTo('E09000012', 3)));
    await until(() => outboxIsEmpty('E09000012'));
    expect(await idsIn('E09000012')).toEqual(ids);
  }, 60_000);

  it('is not held up by bytes that are no text, and changes none of them', async () => {
    const topic = 'matrix.E09000003';
    const over = { topic, source: '/boroughs/E09000003' };
    const events = [event(newStream(), 1, over), event(newStream(), 1, over)];
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0xc0, 0x7d]);
    const [first, second] = events as [(typeof events)[0], (typeof events)[0]];
    await appendAs(ingest, {
      events: [{ ...first, sealedBytes: bytes }, second],
      signerOf: () => signers.get('E09000003') as BatchSigner,
    });
    relay('E09000003', logOf('E09000003')).start();
    await until(() => outboxIsEmpty('E09000003'));
    const values: Buffer[] = [];
    for await (const { value } of kafkaOf('E09000003').read(name(topic), 0, 0n, 2n)) values.push(value);
    expect(values[0]).toEqual(
      Buffer.concat([
        Buffer.from('{"sealed":'),
        bytes,
        Buffer.from(`,"skeleton":${first.skeletonBytes.toString()}}`),
      ]),
    );
    expect(values[1]?.toString()).toBe(
      `{"sealed":${second.sealedBytes?.toString() ?? '{}'},"skeleton":${second.skeletonBytes.toString()}}`,
    );
  }, 60_000);

  it('sends nothing twice when it dies between a send and its mark', async () => {
    const ids = await appendTo('E09000013', 700);
    const log = logOf('E09000013');
    let sends = 0;
    const dying: RelayLog = {
      ...log,
      send: async (topic, partition, records) => {
        sends += 1;
        const sent = await log.send(topic, partition, records);
        // The record is in the topic, and its sender never learns of it.
        if (sends === 1) throw new Error('the answer was lost');
        return sent;
      },
    };
    relay('E09000013', dying).start();
    await until(() => outboxIsEmpty('E09000013'));
    expect(await idsIn('E09000013')).toEqual(ids);
  }, 60_000);

  it('lets one of two relays serve a topic, and the other take over', async () => {
    const before = (await idsIn('E09000012')).length;
    const first = relay('E09000012', logOf('E09000012'));
    const second = relay('E09000012', logOf('E09000012'));
    first.start();
    await until(() => first.status().held === 1);
    second.start();
    await until(() => second.status().state === 'serving');
    await appendTo('E09000012', 10);
    await until(() => outboxIsEmpty('E09000012'));
    expect(second.status()).toMatchObject({ held: 0, sent: 0 });
    await first.stop();
    await appendTo('E09000012', 10);
    await until(() => second.status().sent === 10);
    await until(() => outboxIsEmpty('E09000012'));
    expect(await idsIn('E09000012')).toHaveLength(before + 20);
  }, 60_000);

  it('stands still, and says so, when the topic holds events that the store does not know', async () => {
    const stranger = event(newStream(), 1, { topic: 'matrix.E09000002' });
    const log = logOf('E09000002');
    const headers = { ce_id: stranger.header.id };
    await log.send('matrix.E09000002', 0, [
      { key: stranger.header.key, value: Buffer.from('{}'), headers, timestamp: '1' },
    ]);
    await appendTo('E09000002', 1);
    const made = relay('E09000002', log);
    made.start();
    await until(() => made.status().faults.size === 1);
    expect([...made.status().faults.values()][0]).toContain('ahead of the store');
    expect(await outboxIsEmpty('E09000002')).toBe(false);
  }, 60_000);
});
