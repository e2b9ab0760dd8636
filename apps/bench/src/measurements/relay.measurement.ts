import { setTimeout as pause } from 'node:timers/promises';
import { append, OutboxRelay } from '@probity/event-store';
import type { UnsignedEvent } from '@probity/events';
import type { LogRecord } from '@probity/messaging';
import { onPrefixedTopics, topicName } from '@probity/messaging';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { asSqlClient } from '../lab/lab.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { EntrySealer } from '../material/entry-sealer.js';
import { compareTopic, partsOf, toRecords } from '../material/log-records.js';
import type { Sizes } from '../options.js';

const BATCH = 500;
const RELAYED = 'E09000003';
const RAW = 'E09000004';
const AIM = 0.8;
const LIMIT_MS = 120_000;
const LOOK_MS = 2;

/** Lets the relay drain a filled outbox of one topic, beside a bare idempotent producer that sends the like from memory. */
export async function measureRelay(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report('Relaying');
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres', 'kafka']))]);
  const relaying = await startRelaying(lab, servers);
  const sending = bareSending(lab, servers);
  const rounds = await alternate(sizes.rounds, {
    ours: () => relaying.round(sizes.relayEvents),
    raw: () => sending(sizes.relayEvents),
  });
  const difference = await relaying.end();
  const summary = summarise(rounds);
  return {
    measurement: 'relay',
    what: 'Relay, one topic',
    unit: '/s',
    ...summary,
    limit: `idempotent producer, the same kind of records from memory, ${BATCH} a call, acknowledged by all`,
    aim: '0.8 or more',
    isReached: summary.ratio >= AIM,
    ...difference,
    rounds,
    notes: [],
  };
}

async function startRelaying(lab: Lab, servers: WorkingProcesses) {
  const client = await lab.connect('probity_ingest', 'probity_events');
  const log = lab.log(`ingest-${RELAYED}`);
  const prefix = lab.config.topicPrefix;
  const sealer = new EntrySealer(RELAYED);
  const signer = lab.signer(RELAYED);
  const sent: string[] = [];
  const topics = [{ topic: sealer.topic, partitions: 1, log: onPrefixedTopics(log, prefix) }];
  const relay = new OutboxRelay({
    database: lab.config.pg('probity_ingest', 'probity_events'),
    topics,
    batchSize: BATCH,
    report: (_level, message) => {
      lab.report(message);
    },
  });
  lab.disposer.add(() => relay.stop());
  relay.start();

  /** Everything is committed at once, so that the relay meets a full outbox; the clock starts when it is there. */
  const round = async (count: number): Promise<Run> => {
    const events = sealer.events(count);
    for (const { header } of events) sent.push(header.id);
    await client.query('BEGIN');
    for (const block of partsOf(events, BATCH))
      await append(asSqlClient(client), { events: block, signerOf: () => signer });
    await client.query('COMMIT');
    const began = performance.now();
    const watch = new Stopwatch(servers);
    while (relay.status().sent < sent.length) {
      if (performance.now() - began > LIMIT_MS) throw new Error('the relay did not send everything');
      await pause(LOOK_MS);
    }
    await untilForgotten(client, sealer.topic);
    return watch.end(count);
  };
  const end = async () => {
    await relay.stop();
    return compareTopic(log, topicName(sealer.topic, prefix), 0n, sent);
  };
  return { round, end };
}

/** What was sent is to be gone from the outbox too: forgetting is a part of the work. */
async function untilForgotten(
  client: { query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> },
  topic: string,
): Promise<void> {
  for (;;) {
    const { rows } = await client.query('SELECT 1 FROM events.outbox WHERE topic = $1 LIMIT 1', [topic]);
    if (rows.length === 0) return;
    await pause(LOOK_MS);
  }
}

function bareSending(lab: Lab, servers: WorkingProcesses): (count: number) => Promise<Run> {
  const log = lab.log(`ingest-${RAW}`);
  const sealer = new EntrySealer(RAW);
  const signer = lab.signer(RAW);
  const topic = topicName(sealer.topic, lab.config.topicPrefix);
  const batchesOf = (events: readonly UnsignedEvent[]): LogRecord[][] =>
    partsOf(events, BATCH).map((block) => toRecords(sealer.topic, block, signer));
  return async (count) => {
    const batches = batchesOf(sealer.events(count));
    const watch = new Stopwatch(servers);
    for (const records of batches) await log.send(topic, 0, records);
    return watch.end(count);
  };
}
