import { append } from '@probity/event-store';
import type { UnsignedEvent } from '@probity/events';
import type pg from 'pg';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { asSqlClient } from '../lab/lab.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { EntrySealer } from '../material/entry-sealer.js';
import { partsOf } from '../material/log-records.js';
import type { Sizes } from '../options.js';
import { BareInsert } from './bare-insert.js';

const BLOCK = 500;
const BOROUGH = 'E09000002';
const AIM = 1 / 2;

/** Appends blocks of sealed events, a transaction each, beside a bare insert of the same bytes. */
export async function measureAppend(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report('Appending');
  const owner = await lab.connect('probity_owner', 'probity_events');
  const bare = await BareInsert.open(lab);
  const client = await lab.connect('probity_ingest', 'probity_events');
  const sealer = new EntrySealer(BOROUGH);
  const signer = lab.signer(BOROUGH);
  const servers = new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres']))]);
  const perRound = sizes.appendBlocks * BLOCK;
  let blocks: UnsignedEvent[][] = [];
  let made = 0;
  // Both sides of a round write the same events; sealing them is not what is measured.
  let uses = 0;
  const material = (): UnsignedEvent[][] => {
    if (uses++ % 2 === 0) {
      blocks = partsOf(sealer.events(perRound), BLOCK);
      made += perRound;
    }
    return blocks;
  };
  const rounds = await alternate(sizes.rounds, {
    ours: () =>
      timed(servers, material(), (events) =>
        inTransaction(client, () => append(asSqlClient(client), { events, signerOf: () => signer })),
      ),
    raw: () => timed(servers, material(), (events) => bare.insert(events)),
  });
  const { rows } = await owner.query<{ stored: string }>(
    'SELECT count(*) AS stored FROM events.event WHERE topic = $1',
    [sealer.topic],
  );
  const summary = summarise(rounds);
  return {
    measurement: 'append',
    what: `Append, blocks of ${BLOCK} events`,
    unit: '/s',
    ...summary,
    limit: 'unnest insert of the same header, skeleton and ciphertext into a table with a primary key alone',
    aim: '1/2 or more',
    isReached: summary.ratio >= AIM,
    lost: Math.max(0, made - Number(rows[0]?.stored)),
    duplicated: Math.max(0, Number(rows[0]?.stored) - made),
    rounds,
    notes: [`${String(meanBytes(blocks.flat()))} bytes an event`],
  };
}

async function timed(
  servers: WorkingProcesses,
  blocks: readonly UnsignedEvent[][],
  write: (events: UnsignedEvent[]) => Promise<unknown>,
): Promise<Run> {
  const watch = new Stopwatch(servers);
  for (const events of blocks) await write(events);
  return watch.end(blocks.length * BLOCK);
}

async function inTransaction(client: pg.Client, work: () => Promise<unknown>): Promise<void> {
  await client.query('BEGIN');
  await work();
  await client.query('COMMIT');
}

function meanBytes(events: readonly UnsignedEvent[]): number {
  const bytes = events.reduce(
    (sum, event) =>
      sum + event.headerBytes.length + event.skeletonBytes.length + (event.sealedBytes?.length ?? 0),
    0,
  );
  return Math.round(bytes / Math.max(1, events.length));
}
