import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@probity/local-stack';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { BatchConsumerStrategy } from './batch-consumer.strategy.js';
import type { BatchConsumerOptions } from './batch-consumer.strategy.js';
import { KafkaLog } from './kafka-log.js';
import type { Batch } from './log-client.js';
import { HaltPartition } from './partition-fault.js';
import type { PositionSource } from './partition-fault.js';

const BOROUGHS = ['E09000002', 'E09000012'] as const;
const PATTERN = 'contract.batch';
const LIMIT_MS = 30_000;

/** Positions kept in memory, shared by the consumers of a group as a database would share them. */
class SharedPositions implements PositionSource {
  readonly offsets = new Map<string, bigint>();
  loads = 0;

  load(): Promise<void> {
    this.loads += 1;
    return Promise.resolve();
  }

  position(topic: string): bigint {
    return this.offsets.get(topic) ?? 0n;
  }
}

describe('a batch consumer on Kafka', () => {
  let harness: Harness;
  let topics: string[];
  let positions: SharedPositions;
  let seen: string[];
  let group = 0;
  const logs = new Map<string, KafkaLog>();
  const running: BatchConsumerStrategy[] = [];

  const write = async (topic: string, keys: string[]): Promise<void> => {
    const records = keys.map((key) => ({
      key,
      value: Buffer.from('{}'),
      headers: {},
      timestamp: '1793523600000',
    }));
    await logs.get(topic)?.send(topic, 0, records);
  };
  const take = (batch: Batch): Promise<void> => {
    seen.push(...batch.records.map((record) => record.key));
    positions.offsets.set(batch.topic, (batch.records.at(-1)?.offset ?? -1n) + 1n);
    return Promise.resolve();
  };
  const consumer = (
    handle: (batch: Batch) => Promise<void>,
    settings: Partial<BatchConsumerOptions> = {},
  ): BatchConsumerStrategy => {
    const strategy = new BatchConsumerStrategy({
      client: { connection: harness.config.kafka('projector-matrix'), clientId: 'contract' },
      groupId: `${harness.topicPrefix}matrix-${String(group)}`,
      topics,
      pattern: PATTERN,
      positions,
      onFatal: () => undefined,
      ...settings,
    });
    strategy.addHandler(PATTERN, async (batch: Batch) => handle(batch), true);
    running.push(strategy);
    return strategy;
  };
  const listen = (strategy: BatchConsumerStrategy): Promise<void> =>
    new Promise((resolve, reject) => {
      strategy.listen((error) => {
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('the consumer did not start'));
      });
    });
  const eventually = async (condition: () => boolean): Promise<void> => {
    expect(await waitUntil(condition, LIMIT_MS)).toBe(true);
  };

  beforeAll(async () => {
    harness = await startHarness({ boroughs: BOROUGHS });
    topics = BOROUGHS.map((code) => `${harness.topicPrefix}matrix.${code}`);
    BOROUGHS.forEach((code, index) => {
      const log = new KafkaLog({ connection: harness.config.kafka(`ingest-${code}`), clientId: 'contract' });
      logs.set(topics[index] ?? '', log);
    });
  }, 300_000);

  beforeEach(async () => {
    group += 1;
    seen = [];
    positions = new SharedPositions();
    for (const [topic, log] of logs) positions.offsets.set(topic, await log.endOffset(topic, 0));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((strategy) => strategy.close()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...logs.values()].map((log) => log.close()));
    await harness.close();
  }, 60_000);

  it('begins at the positions it is given, whatever the group has committed', async () => {
    const [topic = ''] = topics;
    await write(topic, ['skipped', 'first', 'second']);
    positions.offsets.set(topic, positions.position(topic) + 1n);
    await listen(consumer(take));
    await eventually(() => seen.length >= 2);
    expect(seen).toEqual(['first', 'second']);
  }, 60_000);

  it('hands over every record once, in order, while consumers come and go', async () => {
    const [topic = ''] = topics;
    const expected: string[] = [];
    const more = async (name: string): Promise<void> => {
      const keys = Array.from({ length: 50 }, (_, index) => `${name}-${String(index)}`);
      expected.push(...keys);
      await write(topic, keys);
    };
    const first = consumer(take);
    await listen(first);
    await more('alone');
    const second = consumer(take);
    await listen(second);
    await more('together');
    await eventually(() => seen.length === expected.length);
    await first.close();
    await more('after');
    await eventually(() => seen.length === expected.length);
    expect(seen).toEqual(expected);
  }, 60_000);

  it('tries a batch again after a transient failure while other partitions go on', async () => {
    const [topic = '', other = ''] = topics;
    let failures = 3;
    const strategy = consumer((batch) => {
      if (batch.topic !== topic || failures === 0) return take(batch);
      failures -= 1;
      return Promise.reject(new Error('away'));
    });
    await listen(strategy);
    await write(topic, ['a', 'b']);
    await write(other, ['x']);
    await eventually(() => seen.length === 3);
    expect(seen).toEqual(['x', 'a', 'b']);
    expect(strategy.consumerHealth()).toMatchObject({ ready: true, retrying: [] });
  }, 60_000);

  it('stops a partition at a record that can never be processed, says where and why, and lets others go on', async () => {
    const [topic = '', other = ''] = topics;
    const at = positions.position(topic);
    const strategy = consumer((batch) => {
      if (batch.topic !== topic) return take(batch);
      return Promise.reject(
        new HaltPartition({ topic, partition: 0, offset: at }, 'GAP', 'version 3 follows version 1'),
      );
    });
    await listen(strategy);
    await write(topic, ['poison']);
    await eventually(() => strategy.consumerHealth().halted.length === 1);
    await write(other, ['x', 'y']);
    await eventually(() => seen.length === 2);
    const health = strategy.consumerHealth();
    expect(health.ready).toBe(false);
    expect(health.halted).toEqual([
      { topic, partition: 0, offset: at, code: 'GAP', reason: 'version 3 follows version 1' },
    ]);
    expect(health.detail).toContain(`${topic}/0@${String(at)} stopped: GAP`);
  }, 60_000);

  it('seeks again when somebody else has moved the position, instead of handing over what it fetched', async () => {
    const [topic = ''] = topics;
    const begin = positions.position(topic);
    await write(topic, ['one', 'two', 'three']);
    positions.load = () => {
      positions.loads += 1;
      // Read before the join and once more after it: in between another process has applied two records.
      if (positions.loads === 2) positions.offsets.set(topic, begin + 2n);
      return Promise.resolve();
    };
    await listen(consumer(take));
    await eventually(() => seen.length > 0);
    expect(seen).toEqual(['three']);
  }, 60_000);

  it('waits while a position is not in the topic, and goes on when the topic has been filled', async () => {
    const [topic = ''] = topics;
    positions.offsets.set(topic, positions.position(topic) + 2n);
    const taken: string[] = [];
    const strategy = consumer((batch) => {
      taken.push(...batch.records.map(({ key }) => key));
      return take(batch);
    });
    await listen(strategy);
    expect(strategy.consumerHealth()).toMatchObject({ ready: false, state: 'waiting' });
    expect(strategy.consumerHealth().detail).toContain('lies outside the topic');
    await write(topic, ['lost-1', 'lost-2', 'new']);
    await eventually(() => taken.length > 0);
    expect(taken).toEqual(['new']);
    expect(strategy.consumerHealth()).toMatchObject({ ready: true, state: 'running' });
  }, 60_000);

  it('reports a batch that started and does not end, and asks for the end of the process', async () => {
    const [topic = ''] = topics;
    const fatal: string[] = [];
    let release = (): void => undefined;
    const hung = new Promise<void>((resolve) => (release = resolve));
    const strategy = consumer(() => hung, {
      stallLimits: { batchMs: 200, fetchMs: 30_000 },
      onFatal: (reason) => fatal.push(reason),
    });
    await listen(strategy);
    expect(strategy.consumerHealth().ready).toBe(true);
    await write(topic, ['heavy']);
    await eventually(() => fatal.length > 0);
    expect(strategy.consumerHealth()).toMatchObject({ ready: false, state: 'stuck' });
    release();
  }, 60_000);

  it('reports a consumer that ended, for a principal without the right to the group', async () => {
    const fatal: string[] = [];
    const connection = harness.config.kafka(`ingest-${BOROUGHS[0]}`);
    const strategy = consumer(take, {
      client: { connection, clientId: 'contract' },
      topics: topics.slice(0, 1),
      onFatal: (reason) => fatal.push(reason),
    });
    await expect(listen(strategy)).rejects.toThrow();
    await eventually(() => fatal.length > 0);
    expect(strategy.consumerHealth()).toMatchObject({ ready: false, state: 'crashed' });
  }, 60_000);
});
