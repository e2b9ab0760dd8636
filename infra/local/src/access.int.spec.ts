import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaLog } from '@probity/messaging';
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
});
