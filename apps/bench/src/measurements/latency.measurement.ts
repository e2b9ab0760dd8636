import { BOROUGH_CODES, topicName } from '@probity/messaging';
import type pg from 'pg';
import type { Figure } from '../figures/figure.js';
import type { ProcessorShares } from '../figures/rounds.js';
import { percentile } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { compareTopic } from '../material/log-records.js';
import type { Sizes } from '../options.js';
import { BareHops } from './bare-hops.js';
import { SteadyLoad } from './steady-load.js';
import type { WrittenIds } from './steady-load.js';
import { VisibleEntries } from './visible-entries.js';

const AIM_MS = 500;
const PATIENCE_MS = 30_000;
const PASSAGES = 200;
const WARM_UP_SECONDS = 3;
const PROCESSES = ['postgres', 'kafka', 'vault', 'borough-ingest', 'governance', 'projector-matrix'];

/** Times from the accepted command to the visible row of the matrix under a steady load. */
export async function measureLatency(lab: Lab, scratch: Lab | null, sizes: Sizes): Promise<Figure[]> {
  lab.report('Measuring how soon commands are visible');
  const reader = await lab.connect('probity_reader', 'probity_views');
  const hops = scratch === null ? null : await BareHops.open(scratch);
  await run(lab, reader, await SteadyLoad.prepare(lab, sizes.loadRate, WARM_UP_SECONDS));
  await hops?.measure(PASSAGES / 10);
  const before = (await hops?.measure(PASSAGES / 2)) ?? [];
  const load = await SteadyLoad.prepare(lab, sizes.loadRate, sizes.loadSeconds);
  const found = await run(lab, reader, load);
  const bare = [...before, ...((await hops?.measure(PASSAGES / 2)) ?? [])];
  const { lost, duplicated } = found;
  const figure = (percent: number, aim: string | null): Figure => {
    const ours = percentile(found.latencies, percent);
    const raw = bare.length === 0 ? null : percentile(bare, percent);
    return {
      measurement: 'latency',
      what: `Command to row at ${String(sizes.loadRate)} events/s, p${String(percent)}`,
      unit: 'ms',
      ours,
      raw,
      limit: 'commit a row, send a record, read it, commit a row: one at a time, with nothing else to do',
      ratio: raw === null ? null : ours / raw,
      processorRatio: null,
      aim,
      isReached: aim === null ? null : ours < AIM_MS,
      lost,
      duplicated,
      rounds: [],
      notes:
        aim === null
          ? []
          : [acceptanceNote(load), slowest(found.latencies), busyNote(found.processor, sizes)],
    };
  };
  return [figure(50, null), figure(99, `under ${String(AIM_MS)} ms`)];
}

interface Found {
  readonly latencies: readonly number[];
  readonly lost: number;
  readonly duplicated: number;
  readonly processor: ProcessorShares;
}

async function run(lab: Lab, reader: pg.Client, load: SteadyLoad): Promise<Found> {
  const topics = await ends(lab);
  const repeated = await duplicatesOf(reader);
  const visible = new VisibleEntries(reader);
  const watching = visible.watch();
  const watch = new Stopwatch(new Map([...ITSELF, ...(await processesOf(lab.home, PROCESSES))]));
  await load.run((recordId) => {
    visible.expect(recordId);
  });
  const unseen = await visible.end(PATIENCE_MS);
  const { processor } = watch.end(load.events);
  await watching;
  const inLog = await compareLog(lab, topics, load.written);
  return {
    latencies: visible.latencies,
    processor,
    lost: unseen + inLog.lost,
    duplicated: inLog.duplicated + (await duplicatesOf(reader)) - repeated,
  };
}

/** Ends of the boroughs' topics before the load. */
async function ends(lab: Lab): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  const log = lab.log('projector-matrix');
  for (const topic of BOROUGH_CODES.map((code) => `matrix.${code}`))
    found.set(topic, await log.endOffset(topicName(topic, lab.config.topicPrefix), 0));
  return found;
}

async function compareLog(lab: Lab, from: ReadonlyMap<string, bigint>, written: WrittenIds) {
  const log = lab.log('projector-matrix');
  const total = { lost: 0, duplicated: 0 };
  for (const [topic, offset] of from) {
    const sent = written.get(topic) ?? [];
    const difference = await compareTopic(log, topicName(topic, lab.config.topicPrefix), offset, sent);
    total.lost += difference.lost;
    total.duplicated += difference.duplicated;
  }
  return total;
}

/** Events that the projector has been handed more than once since the read model was built. */
async function duplicatesOf(reader: pg.Client): Promise<number> {
  const { rows } = await reader.query<{ duplicates: string }>(
    'SELECT coalesce(sum(duplicates), 0) AS duplicates FROM matrix.checkpoint',
  );
  return Number(rows[0]?.duplicates);
}

function acceptanceNote({ acceptance }: SteadyLoad): string {
  const [half, most] = [percentile(acceptance, 50), percentile(acceptance, 99)];
  return `A command was accepted ${half.toFixed(1)} ms after it was due (p50), ${most.toFixed(1)} ms (p99)`;
}

/** How much of one core each process was busy with, this one with its sealing and its looking included. */
function busyNote(processor: ProcessorShares, { loadRate }: Sizes): string {
  const shares = Object.entries(processor).map(
    ([name, share]) => `${name} ${((share * loadRate) / 10_000).toFixed(0)} %`,
  );
  return `Busy, of one core: ${shares.join(', ')}`;
}

function slowest(latencies: readonly number[]): string {
  return `${String(latencies.length)} commands, the slowest ${Math.max(...latencies).toFixed(0)} ms`;
}
