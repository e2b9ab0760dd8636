import { KafkaLog } from '@probity/messaging';
import type { FaultStore } from '../fault-store.js';
import { patiently } from '../patience.js';
import { topicsOf } from '../probe.js';
import { lastAlarm } from './ledger.js';

/** One partition of one topic, and the offset at which a seed begins in it. */
export interface Lane {
  topic: string;
  partition: number;
  from: bigint;
  /** Principal of the broker that may read it. */
  principal: string;
}

/** What of a store belongs to one seed: everything since its beginning, for nothing else is imported meanwhile. */
export interface Slice {
  borough: string;
  /** Greatest position and batch before it. */
  position: string;
  batch: string;
  lanes: Lane[];
  /** Last alarm before it. */
  alarm: string;
}

/** Partitions of the topic that carries refusals. */
const ACCESS_PARTITIONS = [0, 1, 2, 3];

/** Marks where a seed begins. */
export async function beginSlice(site: FaultStore, borough: string): Promise<Slice> {
  const [last] = await site.rows<{ position: string; batch: string }>(
    'probity_events',
    `SELECT coalesce((SELECT max(position) FROM events.event), 0)::text AS position,
       coalesce((SELECT max(batch) FROM events.batch), 0)::text AS batch`,
  );
  const [ingest, governance] = [`ingest-${borough}`, 'governance'];
  const places = [
    ...topicsOf(borough).map((topic) => ({ topic, partition: 0, principal: ingest })),
    ...ACCESS_PARTITIONS.map((partition) => ({ topic: 'access', partition, principal: ingest })),
    { topic: 'oversight', partition: 0, principal: governance },
  ];
  const lanes = await withLogs(site, [ingest, governance], async (logs) => {
    const marked: Lane[] = [];
    for (const place of places) {
      const from = await logs(place.principal).endOffset(place.topic, place.partition);
      marked.push({ ...place, from });
    }
    return marked;
  });
  const alarm = await lastAlarm(site);
  return { borough, position: last?.position ?? '0', batch: last?.batch ?? '0', lanes, alarm };
}

/** Lends the log as some principals, and closes it; tried again as a whole when the broker goes away. */
export async function withLogs<Result>(
  site: FaultStore,
  principals: readonly string[],
  work: (logs: (principal: string) => KafkaLog) => Promise<Result>,
): Promise<Result> {
  return patiently(async () => {
    const open = new Map(
      principals.map((name) => [
        name,
        new KafkaLog({ clientId: 'soak', connection: site.store.config.kafka(name) }),
      ]),
    );
    const logs = (principal: string): KafkaLog => {
      const log = open.get(principal);
      if (log === undefined) throw new Error(`the log is not open as ${principal}`);
      return log;
    };
    try {
      return await work(logs);
    } finally {
      await Promise.all([...open.values()].map((log) => log.close()));
    }
  });
}
