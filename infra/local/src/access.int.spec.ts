import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaLog, type ConsumedRecord } from '@probity/messaging';
import { startHarness, type Harness } from '@probity/testing';

describe('access rights on the broker', () => {
  let harness: Harness;
  const logs: KafkaLog[] = [];

  const as = (principal: string): KafkaLog => {
    const log = new KafkaLog({ clientId: 'access-spec', connection: harness.config.kafka(principal) });
    logs.push(log);
    return log;
  };
  const topic = (name: string): string => `${harness.topicPrefix}${name}`;
  const record = { key: 'k', value: Buffer.from('{}'), headers: {}, timestamp: '1793523600000' };

  beforeAll(async () => {
    harness = await startHarness();
  }, 300_000);

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await harness.close();
  }, 60_000);

  it('lets a borough write its own topic', async () => {
    const { baseOffset } = await as('ingest-E09000012').send(topic('matrix.E09000012'), 0, [record]);
    expect(baseOffset).toBe(0n);
  });

  it('[R-02] keeps a borough from writing the topic of another', async () => {
    const foreign = as('ingest-E09000012').send(topic('matrix.E09000013'), 0, [record]);
    await expect(foreign).rejects.toThrow();
    expect(await as('ingest-E09000013').endOffset(topic('matrix.E09000013'), 0)).toBe(0n);
  });

  it('[R-02] lets the matrix projection read the matrix, and no safeguarding topic', async () => {
    await as('ingest-E09000012').send(topic('safeguarding.E09000012'), 0, [record]);
    const projector = as('projector-matrix');
    expect(await collect(projector, topic('matrix.E09000012'))).toHaveLength(1);
    await expect(collect(projector, topic('safeguarding.E09000012'))).rejects.toThrow();
  });

  it('[R-02] keeps the safeguarding projection from the matrix', async () => {
    const projector = as('projector-safeguarding');
    expect(await collect(projector, topic('safeguarding.E09000012'))).toHaveLength(1);
    await expect(collect(projector, topic('matrix.E09000012'))).rejects.toThrow();
  });

  it('keeps projections from writing what they read', async () => {
    await expect(as('projector-matrix').send(topic('matrix.E09000012'), 0, [record])).rejects.toThrow();
  });

  it('[R-02] keeps the vault from reading what others did with what it opened', async () => {
    await as('vault').send(topic('looks'), 0, [record]);
    await expect(collect(as('vault'), topic('looks'))).rejects.toThrow();
  });

  it('takes records that are dated ahead of the broker, because domain time may be', async () => {
    const inAYear = String(performance.timeOrigin + 400 * 86_400_000).split('.')[0] ?? '';
    const sent = as('governance').send(topic('looks'), 1, [{ ...record, timestamp: inAYear }]);
    await expect(sent).resolves.toHaveProperty('baseOffset');
  });

  it('lets nobody in with a wrong password', async () => {
    const connection = harness.config.kafka('governance');
    const guess = { ...connection, sasl: { ...connection.sasl, password: 'guess' } };
    const log = new KafkaLog({ clientId: 'access-spec', connection: guess });
    logs.push(log);
    await expect(log.endOffset(topic('oversight'), 0)).rejects.toThrow();
  });
});

async function collect(log: KafkaLog, topic: string): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const record of log.read(topic, 0, 0n, 10n)) records.push(record);
  return records;
}
