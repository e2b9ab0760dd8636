import { AppendQueue, poolSessions } from '@probity/event-store';
import type { UnsignedEvent } from '@probity/events';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { EntrySealer } from '../material/entry-sealer.js';
import { partsOf } from '../material/log-records.js';
import type { Sizes } from '../options.js';
import { BareInsert } from './bare-insert.js';
import { dealt, sideBySide } from './side-by-side.js';
import { storedOf } from './stored-events.js';

/** Callers side by side, the borough that they write to, and how many events a second are asked for. */
const CASES = [
  { callers: 32, borough: 'E09000003', aim: 3_000 },
  { callers: 256, borough: 'E09000004', aim: 10_000 },
] as const;

/**
 * Single events of many callers through the queue, beside bare inserts of as many events at a time as there are callers:
 * more than that no group can hold.
 */
export async function measureGroups(lab: Lab, sizes: Sizes): Promise<Figure[]> {
  const bare = await BareInsert.open(lab);
  const figures: Figure[] = [];
  for (const each of CASES) figures.push(await measureCase(lab, sizes, bare, each));
  return figures;
}

async function measureCase(
  lab: Lab,
  sizes: Sizes,
  bare: BareInsert,
  { callers, borough, aim }: (typeof CASES)[number],
): Promise<Figure> {
  lab.report(`Appending single events of ${String(callers)} callers`);
  const sealer = new EntrySealer(borough);
  const signer = lab.signer(borough);
  const sessions = poolSessions(lab.pool('probity_ingest', 'probity_events', 1));
  const queue = new AppendQueue({ sessions, signerOf: () => signer });
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres']))]);
  const told: string[] = [];
  const timed = async (work: (events: UnsignedEvent[]) => Promise<unknown>): Promise<Run> => {
    const events = sealer.events(sizes.singleEvents);
    const watch = new Stopwatch(servers);
    await work(events);
    return watch.end(events.length);
  };
  const rounds = await alternate(sizes.rounds, {
    ours: () =>
      timed((events) =>
        sideBySide(dealt(events, callers), async (event) => {
          await queue.append({ events: [event] });
          told.push(event.header.id);
        }),
      ),
    raw: () =>
      timed(async (events) => {
        for (const block of partsOf(events, callers)) await bare.insert(block);
      }),
  });
  await queue.close();
  const summary = summarise(rounds);
  return {
    measurement: 'group',
    what: `Single appends, ${String(callers)} callers`,
    unit: '/s',
    ...summary,
    limit: 'unnest inserts of as many events as there are callers, a durable transaction each',
    aim: `${aim.toLocaleString('en')}/s`,
    isReached: summary.ours >= aim,
    ...(await storedOf(lab, sealer.topic, told)),
    rounds,
    notes: ['an answer means that the event is on disk'],
  };
}
