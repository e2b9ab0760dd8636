import { setTimeout as pause } from 'node:timers/promises';
import { topicName } from '@probity/messaging';
import type pg from 'pg';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { ProjectorProcess } from '../lab/projector-process.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { fillTopic } from '../material/filled-topic.js';
import type { Sizes } from '../options.js';
import { BareProjection } from './bare-projection.js';

/** A process that catches up works on several partitions side by side, as the stack's own 32. */
const BOROUGHS = ['E09000005', 'E09000007', 'E09000008', 'E09000009'] as const;
const AIM = 1 / 2;
const LIMIT_MS = 180_000;
const LOOK_MS = 10;

/** The part of the topic that is not timed: the process compiles its code, its consumer finds its pace. */
const WARM_UP = 1 / 3;

/**
 * Lets a projector process catch up from offset 0 on topics of sealed and signed events, beside a bare consume and
 * upsert. The rate is that of the last two thirds, told by the checkpoint.
 */
export async function measureProjector(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report('Filling topics for the projector');
  const events = sizes.projectorEvents;
  for (const borough of BOROUGHS) await fillTopic(lab, borough, events / BOROUGHS.length);
  lab.report('Catching up');
  // The stack's own projector would stand on the port of the one that is measured.
  await lab.stack?.kill('projector-matrix', 'SIGTERM');
  const owner = await lab.connect('probity_owner', 'probity_views');
  const servers = await processesOf(lab.home, ['postgres', 'kafka', 'vault']);
  const topics = BOROUGHS.map((borough) => topicName(`matrix.${borough}`, lab.config.topicPrefix));
  const bare = await BareProjection.open(owner, lab.log('projector-matrix'), topics);
  const counts = { lost: 0, duplicated: 0 };
  const rounds = await alternate(sizes.projectorRounds, {
    ours: async () => {
      const rate = await catchUp(lab, owner, events, servers);
      await count(owner, events / 2, counts);
      await owner.query('TRUNCATE matrix.entry, matrix.entry_version, matrix.record, matrix.checkpoint');
      return rate;
    },
    raw: () => bare.catchUp(events, Math.floor(events * WARM_UP), new Map([...ITSELF, ...servers])),
  });
  await lab.stack?.restart('projector-matrix');
  const summary = summarise(rounds);
  return {
    measurement: 'projector',
    what: `Projector catch-up, ${BOROUGHS.length} topics`,
    unit: '/s',
    ...summary,
    limit:
      'range read and unnest upsert of rows like those of the matrix: nothing verified, opened or versioned',
    aim: '1/2 or more',
    isReached: summary.ratio >= AIM,
    ...counts,
    rounds,
    notes: ['Verifies hash, Merkle path and signature, leases keys from the vault, opens every event'],
  };
}

async function catchUp(lab: Lab, owner: pg.Client, events: number, servers: WorkingProcesses): Promise<Run> {
  const projector = new ProjectorProcess(lab);
  const processes = new Map([...servers, ['projector', projector.pid] as const]);
  const ends = performance.now() + LIMIT_MS;
  let start: { watch: Stopwatch; position: number } | undefined;
  try {
    for (;;) {
      const position = await positionOf(owner);
      if (start !== undefined && position >= events) return start.watch.end(position - start.position);
      if (position >= events * WARM_UP) start ??= { watch: new Stopwatch(processes), position };
      if (performance.now() > ends) throw new Error('the projector did not catch up');
      projector.assertRunning();
      await pause(LOOK_MS);
    }
  } finally {
    await projector.stop();
  }
}

async function positionOf(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ position: string }>(
    'SELECT coalesce(sum(next_offset), 0) AS position FROM matrix.checkpoint',
  );
  return Number(rows[0]?.position);
}

async function count(
  owner: pg.Client,
  entries: number,
  counts: { lost: number; duplicated: number },
): Promise<void> {
  const { rows } = await owner.query<{ entries: string; versions: string; duplicates: string }>(
    `SELECT (SELECT count(*) FROM matrix.entry) AS entries, (SELECT count(*) FROM matrix.entry_version) AS versions,
            (SELECT sum(duplicates) FROM matrix.checkpoint) AS duplicates`,
  );
  const [row] = rows;
  counts.lost += Math.max(0, entries - Number(row?.entries));
  counts.duplicated += Math.max(0, Number(row?.versions) - entries) + Number(row?.duplicates);
}
