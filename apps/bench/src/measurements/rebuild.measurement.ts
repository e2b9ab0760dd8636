import { setTimeout as pause } from 'node:timers/promises';
import { topicName } from '@probity/messaging';
import type pg from 'pg';
import type { Figure } from '../figures/figure.js';
import type { ProcessorShares } from '../figures/rounds.js';
import { percentile, perSecond } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { PersonClient } from '../lab/person-client.js';
import { ProjectorProcess } from '../lab/projector-process.js';
import { processesOf, Stopwatch } from '../lab/stopwatch.js';
import { fillTopic } from '../material/filled-topic.js';
import type { Sizes } from '../options.js';
import { SteadyReaders } from './steady-readers.js';

const BOROUGHS = ['E09000005', 'E09000007', 'E09000008', 'E09000009'] as const;
const PATH = '/v1/projections/matrix';
const READERS = 2;
const CALM_MS = 10_000;
const LIMIT_MS = 1_800_000;
const LOOK_MS = 200;
/** A million events within this many seconds. */
const AIM_SECONDS = 90;
const AIM_RATE = 1_000_000 / AIM_SECONDS;
const AIM_RISE = 1.2;

interface Report {
  readonly rebuild: { readonly ready: boolean; readonly running: boolean; readonly problem: string | null };
}

interface Difference {
  readonly differences: number;
}

/** What one rebuild showed. Times are in milliseconds. */
interface Found {
  readonly events: number;
  readonly took: number;
  readonly compared: number;
  readonly switched: number;
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly differences: number;
  readonly empty: number;
  readonly processor: ProcessorShares;
}

/** Rebuilds the matrix beside readers of the live one, compares and switches: how long it takes, and what they notice of it. */
export async function measureRebuild(lab: Lab, sizes: Sizes): Promise<Figure[]> {
  lab.report('Filling topics for the rebuild');
  for (const borough of BOROUGHS) await fillTopic(lab, borough, sizes.rebuildEvents / BOROUGHS.length);
  await lab.stack?.kill('projector-matrix', 'SIGTERM');
  const owner = await lab.connect('probity_owner', 'probity_views');
  // Left by the measurement of the projector: no generation has it.
  await owner.query('DROP TABLE IF EXISTS matrix.bare_entry');
  const projector = new ProjectorProcess(lab);
  try {
    lab.report('Catching up, to have something to read');
    const events = await endOf(lab);
    await until(projector, async () => (await positionOf(owner)) >= events);
    return figuresOf(await rebuild(lab, projector, events));
  } finally {
    await projector.stop();
    await lab.stack?.restart('projector-matrix');
  }
}

async function rebuild(lab: Lab, projector: ProjectorProcess, events: number): Promise<Found> {
  const operator = new PersonClient(lab, 'projector-matrix', 'operator');
  const sessions: pg.Client[] = [];
  for (let n = 0; n < READERS; n += 1) sessions.push(await lab.connect('probity_reader', 'probity_views'));
  const servers = await processesOf(lab.home, ['postgres', 'kafka', 'vault']);
  const readers = new SteadyReaders(sessions);
  await pause(CALM_MS);
  readers.take();
  await pause(CALM_MS);
  const before = readers.take();
  lab.report(`Rebuilding from ${String(events)} events`);
  const watch = new Stopwatch(new Map([...servers, ['projector', projector.pid] as const]));
  const begun = performance.now();
  await operator.post(`${PATH}/rebuild`, {});
  await until(projector, async () => isReady(await operator.get<Report>(PATH)));
  const took = performance.now() - begun;
  const { processor } = watch.end(events);
  const during = readers.take();
  const [compared, { differences }] = await timed(() => operator.get<Difference>(`${PATH}/diff`));
  const [switched] = await timed(() => operator.post(`${PATH}/switch`, {}));
  await readers.stop();
  return { events, took, compared, switched, before, during, differences, empty: readers.empty, processor };
}

function isReady({ rebuild: { ready, running, problem } }: Report): boolean {
  if (!running && !ready) throw new Error(`the rebuild ended: ${problem ?? 'no reason given'}`);
  return ready;
}

function figuresOf(found: Found): Figure[] {
  const { events, took, before, during, differences, empty } = found;
  const common = { measurement: 'rebuild', processorRatio: null, duplicated: null, rounds: [] } as const;
  const rate = perSecond(events, took);
  const [calm, busy] = [percentile(before, 99), percentile(during, 99)];
  return [
    {
      ...common,
      ...{ what: `Rebuild of ${String(events)} events beside readers`, unit: '/s', ours: rate, raw: null, ratio: null }, // prettier-ignore
      limit: 'none; the catch-up of a projector is measured beside one',
      aim: `1,000,000 in ${String(AIM_SECONDS)} s`,
      isReached: rate >= AIM_RATE,
      lost: differences,
      notes: [
        `${(took / 1_000).toFixed(1)} s to be ready, ${(found.compared / 1_000).toFixed(1)} s to compare every row, ${(found.switched / 1_000).toFixed(1)} s to compare again and switch`,
        `CPU ms for 1,000: ${sharesText(found.processor)}`,
      ],
    },
    {
      ...common,
      ...{ what: 'Page of the live matrix during it, p99', unit: 'ms', ours: busy, raw: calm, ratio: busy / calm }, // prettier-ignore
      limit: 'the same pages before the rebuild',
      aim: 'up by less than 1/5',
      isReached: busy / calm < AIM_RISE,
      lost: empty,
      notes: [
        `p50 ${percentile(before, 50).toFixed(1)} ms before, ${percentile(during, 50).toFixed(1)} ms during; p99 ${calm.toFixed(1)} ms, ${busy.toFixed(1)} ms; slowest ${Math.max(...before).toFixed(0)} ms, ${Math.max(...during).toFixed(0)} ms`,
        `${String(before.length)} pages before, ${String(during.length)} during, ${String(empty)} of them empty`,
      ],
    },
  ];
}

function sharesText(processor: ProcessorShares): string {
  return Object.entries(processor)
    .map(([name, share]) => `${name} ${share.toFixed(0)}`)
    .join(', ');
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const begun = performance.now();
  const result = await work();
  return [performance.now() - begun, result];
}

async function until(projector: ProjectorProcess, isSo: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > ends) throw new Error('the projector did not catch up');
    projector.assertRunning();
    await pause(LOOK_MS);
  }
}

/** Records of all the topics together. */
async function endOf(lab: Lab): Promise<number> {
  const log = lab.log('projector-matrix');
  let records = 0n;
  for (const borough of BOROUGHS)
    records += await log.endOffset(topicName(`matrix.${borough}`, lab.config.topicPrefix), 0);
  return Number(records);
}

async function positionOf(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ position: string }>(
    'SELECT coalesce(sum(next_offset), 0) AS position FROM matrix.checkpoint',
  );
  return Number(rows[0]?.position);
}
