import { KafkaLog, type LogRecord } from '@probity/messaging';
import type { Family } from '../fault.js';
import { patiently } from '../patience.js';
import type { FaultSite, FaultTrace } from './site.js';

/** Sends the first records of a topic once more, byte for byte, as the borough's own principal. */
export async function sendAgain(
  { site, borough }: FaultSite,
  family: Family,
  records: number,
): Promise<FaultTrace> {
  const topic = `${family}.${borough}`;
  const connection = site.store.config.kafka(`ingest-${borough}`);
  let sent = 0;
  await patiently(async () => {
    if (sent > 0) return;
    const log = new KafkaLog({ clientId: 'soak', connection });
    try {
      const copies = await firstRecords(log, topic, records);
      if (copies.length === 0) throw new Error('nothing has been sent yet');
      // A send that fails may have arrived all the same; it is not tried again, and whatever arrived counts as sent again.
      sent = copies.length;
      await log.send(topic, 0, copies).catch(() => undefined);
    } finally {
      await log.close();
    }
  });
  return { sentAgain: { topic, records: sent } };
}

async function firstRecords(log: KafkaLog, topic: string, count: number): Promise<LogRecord[]> {
  const end = await log.endOffset(topic, 0);
  const found: LogRecord[] = [];
  for await (const { key, value, headers, timestamp } of log.read(topic, 0, 0n, end)) {
    found.push({ key, value, headers, timestamp });
    if (found.length === count) break;
  }
  return found;
}
