import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import { KafkaLog } from './kafka-log.js';
import { RangeNotKept, SendRejected } from './log-client.js';
import type { LogClient, LogRecord } from './log-client.js';

const BOROUGH = 'E09000012';
const TOO_LARGE = 1_200_000;

function record(key: string, bytes = 8): LogRecord {
  return {
    key,
    value: Buffer.alloc(bytes, key),
    headers: { ce_id: `id-${key}`, 'content-type': 'application/json' },
    timestamp: '1793523600000',
  };
}

async function collect<T>(records: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const entry of records) all.push(entry);
  return all;
}

describe('a log client on Kafka', () => {
  let harness: Harness;
  let log: LogClient;
  let topic: string;
  const opened: LogClient[] = [];
  const client = (principal: string): LogClient => {
    const created = new KafkaLog({ connection: harness.config.kafka(principal), clientId: 'contract' });
    opened.push(created);
    return created;
  };
  const keysFrom = async (from: bigint): Promise<string[]> =>
    (await collect(log.read(topic, 0, from, await log.endOffset(topic, 0)))).map((entry) => entry.key);

  beforeAll(async () => {
    harness = await startHarness({ boroughs: [BOROUGH] });
    topic = `${harness.topicPrefix}matrix.${BOROUGH}`;
    log = client(`ingest-${BOROUGH}`);
  }, 300_000);

  afterAll(async () => {
    await Promise.all(opened.map((created) => created.close()));
    await harness.close();
  }, 60_000);

  it('gives records back as they were sent, in order, at consecutive offsets from the base offset it named', async () => {
    const sent = [record('a'), record('b'), record('c')];
    const end = await log.endOffset(topic, 0);
    const { baseOffset } = await log.send(topic, 0, sent);
    expect(baseOffset).toBe(end);
    const found = await collect(log.read(topic, 0, baseOffset, baseOffset + 3n));
    expect(found).toEqual(sent.map((entry, index) => ({ ...entry, offset: baseOffset + BigInt(index) })));
    expect(await log.endOffset(topic, 0)).toBe(baseOffset + 3n);
  });

  it('reads from inside a stored batch up to, and not including, the end that was asked for', async () => {
    const { baseOffset } = await log.send(
      topic,
      0,
      ['p', 'q', 'r', 's'].map((key) => record(key)),
    );
    const found = await collect(log.read(topic, 0, baseOffset + 1n, baseOffset + 3n));
    expect(found.map((entry) => entry.key)).toEqual(['q', 'r']);
  });

  it('ends a read at the end of the partition and reads nothing from there', async () => {
    const end = await log.endOffset(topic, 0);
    expect(await collect(log.read(topic, 0, end, end + 100n))).toEqual([]);
  });

  it('reads a range that is larger than one answer of the broker', async () => {
    const from = await log.endOffset(topic, 0);
    for (let i = 0; i < 6; i += 1) await log.send(topic, 0, [record(`large-${String(i)}`, 900_000)]);
    const found = await collect(log.read(topic, 0, from, from + 6n));
    expect(found.map((entry) => entry.key)).toEqual([
      'large-0',
      'large-1',
      'large-2',
      'large-3',
      'large-4',
      'large-5',
    ]);
    expect(found.every((entry) => entry.value.length === 900_000)).toBe(true);
  });

  it('gives a range in pieces that hold every record of it once, in order', async () => {
    const from = await log.endOffset(topic, 0);
    for (let i = 0; i < 9; i += 1) await log.send(topic, 0, [record(`piece-${String(i)}`, 900_000)]);
    const pieces = await collect(log.readBatches(topic, 0, from + 1n, from + 8n));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.length > 0)).toBe(true);
    expect(pieces.flat().map((entry) => entry.offset)).toEqual(
      Array.from({ length: 7 }, (_, index) => from + 1n + BigInt(index)),
    );
  });

  it('refuses a read from beyond the end, so that nobody waits for records that are not there', async () => {
    const end = await log.endOffset(topic, 0);
    await expect(collect(log.read(topic, 0, end + 1n, end + 2n))).rejects.toBeInstanceOf(RangeNotKept);
  });

  it('refuses a send without records', async () => {
    await expect(log.send(topic, 0, [])).rejects.toBeInstanceOf(RangeError);
  });

  it('keeps the order of sends that wait for each other', async () => {
    const from = await log.endOffset(topic, 0);
    const keys = Array.from({ length: 40 }, (_, index) => `ordered-${String(index)}`);
    await Promise.all(keys.map((key) => log.send(topic, 0, [record(key)])));
    expect(await keysFrom(from)).toEqual(keys);
  });

  it('takes more records at once than one request of the broker may hold, at consecutive offsets', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `bulk-${String(index)}`);
    const { baseOffset } = await log.send(
      topic,
      0,
      keys.map((key) => record(key, 100_000)),
    );
    const found = await collect(log.read(topic, 0, baseOffset, baseOffset + 30n));
    expect(found.map((entry) => entry.key)).toEqual(keys);
    expect(await log.endOffset(topic, 0)).toBe(baseOffset + 30n);
  });

  it('says that a send was rejected, stores nothing behind the refused record, and stores what is sent afterwards', async () => {
    const from = await log.endOffset(topic, 0);
    await expect(log.send(topic, 0, [record('huge', TOO_LARGE), record('small')])).rejects.toBeInstanceOf(
      SendRejected,
    );
    await log.send(topic, 0, [record('after')]);
    expect(await keysFrom(from)).toEqual(['after']);
  });

  it('rejects what waits behind a rejected send, so that nothing overtakes it', async () => {
    const from = await log.endOffset(topic, 0);
    const results = await Promise.allSettled([
      log.send(topic, 0, [record('first')]),
      log.send(topic, 0, [record('huge', TOO_LARGE)]),
      log.send(topic, 0, [record('behind')]),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await keysFrom(from)).toEqual(['first']);
  });

  it('does not let a borough write or read outside its own topics', async () => {
    const other = client('ingest-E09000002');
    await expect(other.send(topic, 0, [record('foreign')])).rejects.toBeInstanceOf(SendRejected);
    await expect(collect(other.read(topic, 0, 0n, 1n))).rejects.toThrow();
  }, 60_000);

  it('refuses everything after it was closed', async () => {
    const closed = client(`ingest-${BOROUGH}`);
    await closed.close();
    await expect(closed.send(topic, 0, [record('late')])).rejects.toThrow('closed');
    await expect(closed.endOffset(topic, 0)).rejects.toThrow('closed');
  });
});
