import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { KafkaLog } from '@probity/messaging';
import { loadStackConfig } from '@probity/platform';
import { catchUp } from '@probity/projection';
import { VaultClient } from '@probity/sealing';
import { HOSTED } from '../projections/hosted-projection.js';
import type { CatchUpMessage, CatchUpTask } from './catch-up-message.js';
import { RunnerFactory } from './runner-factory.js';

// Entry of a thread: it applies its share of the partitions with connections of its own, and ends.

/** Longest that connections are said goodbye to, in ms of real time: what was applied is committed, and whoever waits goes on. */
const GOODBYE_MS = 3_000;

const tell = (message: CatchUpMessage): void => parentPort?.postMessage(message);

async function work(task: CatchUpTask, signal: AbortSignal): Promise<void> {
  const projection = HOSTED[task.projection];
  const config = loadStackConfig(process.env);
  const pool = new pg.Pool({
    ...config.pg(projection.databaseRole, 'probity_views'),
    max: 2,
    application_name: projection.identity,
  });
  pool.on('error', () => undefined); // an idle connection that ends is replaced; the next query tells
  const log = new KafkaLog({ connection: config.kafka(projection.identity), clientId: projection.identity });
  const url = `https://127.0.0.1:${String(config.ports.vault)}`;
  const leases = new VaultClient({ url, tls: config.serviceTls(projection.identity) });
  const runners = new RunnerFactory({
    projection,
    config,
    pool,
    leases,
    now: () => task.now,
    onParked: (sentence) => {
      tell({ kind: 'parked', sentence });
    },
  });
  try {
    const runner = runners.make(task.schema, task.generation);
    await runner.load();
    const onApplied = (records: number): void => {
      tell({ kind: 'applied', records });
    };
    await catchUp(runner, log, task.targets, { signal, onApplied });
  } finally {
    const goodbye = Promise.allSettled([log.close(), leases.close(), pool.end()]);
    await Promise.race([goodbye, pause(GOODBYE_MS)]);
  }
}

const stop = new AbortController();
// Whatever comes from the other side asks for the end after the batches in hand.
parentPort?.once('message', () => {
  stop.abort();
});
try {
  await work(workerData as CatchUpTask, stop.signal);
} catch (error) {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: 'unknown error' };
  tell({ kind: 'failed', name, message });
} finally {
  // A connection that the broker client has not closed would keep the thread, and whoever waits for it, for ever.
  process.exit();
}
