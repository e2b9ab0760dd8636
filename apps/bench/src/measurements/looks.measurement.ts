import { METRICS_PORT_OFFSET } from '@probity/platform';
import { topicName } from '@probity/messaging';
import type { Figure } from '../figures/figure.js';
import { percentile } from '../figures/rounds.js';
import { percentileBetween, readBuckets } from '../lab/histogram.js';
import type { Lab } from '../lab/lab.js';
import { PersonClient } from '../lab/person-client.js';
import { steadily } from '../lab/steadily.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { LooksLog } from '../material/looks-log.js';
import type { Sizes } from '../options.js';

const RATE = 500;
const AIM_MS = 10;
const PAGE = 25;
const PARTITIONS = 4;
/** An entry with a page of subjects, sealed and signed. */
const ENTRY_BYTES = 3_500;
/** Until the service has compiled what it does all the time. */
const WARM_UP_SECONDS = 12;
const BOROUGHS = ['E09000002', 'E09000012', 'E09000022', 'E09000032'];
const PURPOSE = 'OFFENDER_MANAGEMENT';
const BECAUSE = encodeURIComponent('measuring how long a look waits for its entry');
const REASON = { 'probity-purpose': PURPOSE, 'probity-justification': BECAUSE };

interface Page {
  readonly items: readonly unknown[];
}

/** Pages of the matrix at a steady rate as officers turn them, and what each waits for its entry in the log of looks. */
export async function measureLooks(lab: Lab, scratch: Lab, sizes: Sizes): Promise<Figure[]> {
  lab.report(`Reading ${String(RATE)} pages a second, each logged first`);
  const readers = BOROUGHS.map((borough) => new PersonClient(lab, 'governance', `officer-${borough}`));
  const direct = lab.pool('probity_reader', 'probity_views', 8);
  let served = 0;
  const look = async (number: number): Promise<void> => {
    const place = number % BOROUGHS.length;
    const path = `/v1/matrix?limit=${String(PAGE)}&borough=${String(BOROUGHS[place])}`;
    const { items } = await (readers[place] as PersonClient).get<Page>(path, REASON);
    served += items.length;
  };
  const bareRead = async (number: number): Promise<void> => {
    await direct.query('SELECT * FROM matrix.entry WHERE borough = $1 ORDER BY borough, record_id LIMIT $2', [
      BOROUGHS[number % BOROUGHS.length],
      PAGE + 1,
    ]);
  };
  const bareSend = senderOf(scratch);
  await steadily(RATE, 1, bareRead);
  await steadily(RATE, 1, bareSend);
  const bareReads = await steadily(RATE, sizes.loadSeconds / 2, bareRead);
  const bareSends = await steadily(RATE, sizes.loadSeconds / 2, bareSend);
  await steadily(RATE, WARM_UP_SECONDS, look);
  served = 0;
  const log = await LooksLog.open(lab);
  const before = await waits(lab);
  const working = await processesOf(lab.home, ['governance', 'postgres', 'kafka', 'vault', 'identity']);
  const watch = new Stopwatch(new Map([...ITSELF, ...working]));
  const reads = await steadily(RATE, sizes.loadSeconds, look);
  const { processor } = watch.end(reads.length);
  const after = await waits(lab);
  bareReads.push(...(await steadily(RATE, sizes.loadSeconds / 2, bareRead)));
  bareSends.push(...(await steadily(RATE, sizes.loadSeconds / 2, bareSend)));
  const { entries, subjects } = await log.read();

  const counted = {
    lost: Math.max(0, served - subjects) + Math.max(0, reads.length - entries),
    duplicated: Math.max(0, subjects - served) + Math.max(0, entries - reads.length),
  };
  const figure = (what: string, ours: number, raw: number, limit: string): Figure => ({
    ...{ measurement: 'looks', what, unit: 'ms', ours, raw, limit, ratio: ours / raw, processorRatio: null },
    ...{ aim: null, isReached: null, ...counted, rounds: [], notes: [] },
  });
  const shares = Object.entries(processor)
    .map(([name, share]) => `${name} ${(share / 1_000).toFixed(2)} ms`)
    .join(', ');
  const busy = ((Object.values(processor).reduce((sum, share) => sum + share, 0) * RATE) / 1e6).toFixed(1);
  const waited = (percent: number): number => percentileBetween(before, after, percent);
  return [
    {
      ...figure(
        `Log or block, added to a read at ${String(RATE)}/s, p99`,
        waited(99),
        percentile(bareSends, 99),
        `sending ${String(ENTRY_BYTES)} bytes to the same broker at the same rate and waiting for the acknowledgement: nothing sealed or signed`,
      ),
      aim: `${String(AIM_MS)} ms`,
      isReached: waited(99) < AIM_MS,
      notes: [
        `median ${waited(50).toFixed(1)} ms beside ${percentile(bareSends, 50).toFixed(1)} ms; from the service's own histogram, linear within a bucket`,
        `${served.toLocaleString('en-GB')} rows served, ${subjects.toLocaleString('en-GB')} subjects in ${entries.toLocaleString('en-GB')} entries`,
      ],
    },
    {
      ...figure(
        `A logged page of ${String(PAGE)} at ${String(RATE)}/s, p99`,
        percentile(reads, 99),
        percentile(bareReads, 99),
        'the same page by SQL at the same rate: no connection by certificate, token, rule or entry',
      ),
      notes: [
        `processor time of a page: ${shares}; with ${String(RATE)} a second they take ${busy} of the cores`,
        `median ${percentile(reads, 50).toFixed(1)} ms beside ${percentile(bareReads, 50).toFixed(1)} ms`,
      ],
    },
  ];
}

function senderOf(scratch: Lab): (number: number) => Promise<void> {
  const log = scratch.log('governance');
  const topic = topicName('looks', scratch.config.topicPrefix);
  const value = Buffer.alloc(ENTRY_BYTES, 'x');
  // As the service has it: one send a partition under way, and what comes meanwhile goes with the next.
  const lanes = Array.from({ length: PARTITIONS }, () => ({ waiting: [] as (() => void)[], isBusy: false }));
  const pump = async (partition: number): Promise<void> => {
    const lane = lanes[partition] as (typeof lanes)[number];
    if (lane.isBusy) return;
    lane.isBusy = true;
    while (lane.waiting.length > 0) {
      const sent = lane.waiting.splice(0);
      await log.send(
        topic,
        partition,
        sent.map(() => ({ key: 'x', value, headers: {}, timestamp: '1' })),
      );
      for (const done of sent) done();
    }
    lane.isBusy = false;
  };
  return (number) =>
    new Promise((resolve, reject) => {
      const partition = number % PARTITIONS;
      (lanes[partition] as (typeof lanes)[number]).waiting.push(resolve);
      pump(partition).catch(reject);
    });
}

function waits(lab: Lab): ReturnType<typeof readBuckets> {
  const port = lab.config.ports.governance + METRICS_PORT_OFFSET;
  return readBuckets(port, 'probity_look_logging_seconds', 'outcome="logged"');
}
