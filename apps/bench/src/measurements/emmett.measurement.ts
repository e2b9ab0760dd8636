import { AppendQueue, AppendRefused, poolSessions } from '@probity/event-store';
import type { UnsignedEvent } from '@probity/events';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { EntrySealer } from '../material/entry-sealer.js';
import type { Sizes } from '../options.js';
import { EMMETT, EMMETT_SESSIONS, EmmettStore } from './emmett-store.js';
import { dealt, sideBySide } from './side-by-side.js';
import { storedOf } from './stored-events.js';

const CALLERS = 32;
const BOROUGH = 'E09000006';
/** Events among which every type of the material is. */
const TYPE_SAMPLE = 1_000;
const PROCESSOR = 'probity-bench';

/** One of the two stores: appends an event, and tells whether it was taken. */
type Append = (event: UnsignedEvent) => Promise<boolean>;

/**
 * Ours beside Emmett on the same events and the same server: single appends, catching up with a projection, and what is
 * lost or doubled when two callers race for each event while the projection runs.
 *
 * @param projector our projector's catch-up of the same run
 */
export async function measureEmmett(lab: Lab, sizes: Sizes, projector: Figure): Promise<Figure[]> {
  lab.report(`Appending beside ${EMMETT}`);
  const sealer = new EntrySealer(BOROUGH);
  const signer = lab.signer(BOROUGH);
  const sessions = poolSessions(lab.pool('probity_ingest', 'probity_events', 1));
  const queue = new AppendQueue({ sessions, signerOf: () => signer });
  const told: string[] = [];
  const ours: Append = async (event) => {
    const isTaken = await unlessStale(queue.append({ events: [event] }));
    if (isTaken) told.push(event.header.id);
    return isTaken;
  };
  const emmett = await EmmettStore.open(lab);
  const theirs: Append = (event) => emmett.append(event);
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres']))]);
  const rounds = await alternate(sizes.rounds, {
    ours: () => timed(servers, sealer.events(sizes.singleEvents), ours),
    raw: () => timed(servers, sealer.events(sizes.singleEvents), theirs),
  });
  const types = [...new Set(sealer.events(TYPE_SAMPLE).map(({ header }) => header.type))];
  const caughtUp = await catchUp(emmett, types);
  lab.report('Letting two callers race for each event');
  const events = sealer.events(sizes.singleEvents);
  const before = await emmett.stored();
  const own = await race(events, ours);
  const [foreign] = await Promise.all([race(events, theirs), emmett.project(types, PROCESSOR)]);
  await emmett.project(types, PROCESSOR);
  await queue.close();
  const stored = await emmett.stored();
  const projected = await emmett.projected();
  return [
    {
      measurement: 'emmett',
      what: `Single appends, ${String(CALLERS)} callers, beside Emmett`,
      unit: '/s',
      ...summarise(rounds),
      limit: `${EMMETT} on the same server, its pool of ${String(EMMETT_SESSIONS)}, no projection meanwhile`,
      aim: null,
      isReached: null,
      ...(await storedOf(lab, sealer.topic, told)),
      rounds,
      notes: [
        `two callers raced for each of ${String(events.length)} events: Probity took ${String(own)}; ` +
          `Emmett took ${String(foreign)}, stored ${String(stored - before)}`,
        `Emmett's projection has counted ${String(projected)} of ${String(stored)} stored events`,
      ],
    },
    {
      measurement: 'emmett',
      what: 'Projection catch-up, beside Emmett',
      unit: '/s',
      ours: projector.ours,
      raw: caughtUp,
      limit: `${EMMETT}, asynchronous Pongo projection that counts events, batches of 100 (its default)`,
      ratio: projector.ours / caughtUp,
      processorRatio: null,
      aim: null,
      isReached: null,
      lost: null,
      duplicated: null,
      rounds: [],
      notes: ['ours comes through Kafka, proves each event and opens its seals'],
    },
  ];
}

async function unlessStale(appended: Promise<unknown>): Promise<boolean> {
  try {
    await appended;
    return true;
  } catch (error) {
    if (error instanceof AppendRefused && error.kind === 'conflict') return false;
    throw error;
  }
}

async function timed(
  servers: WorkingProcesses,
  events: readonly UnsignedEvent[],
  append: Append,
): Promise<Run> {
  const hands = dealt(events, CALLERS);
  const watch = new Stopwatch(servers);
  await sideBySide(hands, append);
  return watch.end(events.length);
}

/** Each event is offered by two callers at once, and one of them should win. @returns how many were taken */
async function race(events: readonly UnsignedEvent[], append: Append): Promise<number> {
  let taken = 0;
  const hands = dealt(events, CALLERS / 2);
  await sideBySide([...hands, ...hands], async (event) => {
    if (await append(event)) taken += 1;
  });
  return taken;
}

/** Events a second that the other store's projection works off. */
async function catchUp(emmett: EmmettStore, types: readonly string[]): Promise<number> {
  const watch = new Stopwatch(new Map());
  await emmett.project(types, PROCESSOR);
  return watch.end(await emmett.projected()).rate;
}
