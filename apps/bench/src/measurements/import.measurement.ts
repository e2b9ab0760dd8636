import { createHash, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { generateGroups, generateList, generateRows } from '@probity/testing';
import type { SyntheticListOptions } from '@probity/testing';
import type pg from 'pg';
import type { Figure } from '../figures/figure.js';
import type { Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Lab } from '../lab/lab.js';
import { PersonClient } from '../lab/person-client.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { ITSELF, processesOf, Stopwatch } from '../lab/stopwatch.js';
import { DECIDED_AT } from '../material/decided-entries.js';
import type { Sizes } from '../options.js';
import { BareLoad } from './bare-load.js';

const BOROUGH = 'E09000012';
const POLL_MS = 25;
const APPS = ['vault', 'borough-ingest', 'governance', 'projector-matrix', 'projector-safeguarding'];
const VISIBLE_LIMIT_MS = 120_000;

const STATUSES = ['ENTERED', 'PROPOSED', 'REGISTERED', 'REFUSED', 'DUPLICATE', 'PROBLEM'] as const;
type Counts = Record<(typeof STATUSES)[number], number>;

interface ImportAnswer {
  id: string;
  state: 'awaiting-upload' | 'receiving' | 'running' | 'completed' | 'failed';
  rows: Counts & { read: number };
  problem: unknown;
}

interface Totals {
  lost: number;
  duplicated: number;
  visibleAfter: number[];
}

/** Imports made-up lists over HTTP in an open window, beside reading the same file into a table without a thought. */
export async function measureImport(lab: Lab, sizes: Sizes): Promise<Figure> {
  lab.report('Importing');
  const reader = await lab.connect('probity_reader', 'probity_views');
  const bare = await BareLoad.open(await lab.connect('probity_owner', 'probity_events'), lab.disposer);
  const processes = await processesOf(lab.home, ['postgres', 'kafka', ...APPS]);
  const limit = new Map([...ITSELF, ...(await processesOf(lab.home, ['postgres']))]);
  const importer = new Importer(lab, reader, processes);
  let seed = randomInt(1_000_000);
  const totals: Totals = { lost: 0, duplicated: 0, visibleAfter: [] };
  const rounds = await alternate(sizes.importRounds, {
    ours: () => {
      seed += 1;
      return importer.import({ borough: BOROUGH, rows: sizes.importRows, seed }, totals);
    },
    raw: () => bare.load([...generateList({ borough: BOROUGH, rows: sizes.importRows, seed })], limit),
  });
  const slowest = Math.max(...totals.visibleAfter);
  return {
    measurement: 'import',
    what: `Import of a list, ${sizes.importRows.toLocaleString('en-GB')} rows`,
    unit: '/s',
    ...summarise(rounds),
    limit: 'csv-parse and unnest insert of the bare text: nothing decided, sealed, signed or published',
    aim: null,
    isReached: null,
    lost: totals.lost,
    duplicated: totals.duplicated,
    rounds,
    notes: [`Every entry stood in the matrix ${slowest.toFixed(0)} ms or less after the end of its import`],
  };
}

class Importer {
  readonly #ingest: PersonClient;
  readonly #central: readonly [PersonClient, PersonClient];

  constructor(
    lab: Lab,
    private readonly reader: pg.Client,
    private readonly processes: WorkingProcesses,
  ) {
    this.#ingest = new PersonClient(lab, 'borough-ingest', `officer-${BOROUGH}`);
    this.#central = [
      new PersonClient(lab, 'governance', 'central-1'),
      new PersonClient(lab, 'governance', 'central-2'),
    ];
  }

  /** Timed from the order to import to its completion. */
  async import(list: SyntheticListOptions, totals: Totals): Promise<Run> {
    const file = Buffer.concat([...generateList(list)]);
    const groups = Buffer.from(generateGroups(list));
    const before = await this.#entries();
    const expected = countsOf(list);
    const subject = { borough: list.borough, fileHash: sha256(file), groupsHash: sha256(groups) };
    const windowId = await this.#openWindow(subject);
    const watch = new Stopwatch(this.processes);
    const fileName = `${list.borough}.csv`;
    const order = { ...subject, fileName, dryRun: false, windowId };
    const { id } = await this.#ingest.post<ImportAnswer>('/v1/imports', order);
    await this.#ingest.put(`/v1/imports/${id}/groups`, 'text/csv', groups);
    await this.#ingest.put(`/v1/imports/${id}/file`, 'application/octet-stream', file);
    const job = await this.#atEnd(id);
    const run = watch.end(list.rows);
    const ended = performance.now();
    compare(expected, job.rows, totals);
    totals.visibleAfter.push(await this.#allVisible(before + expected.ENTERED, ended, totals));
    return run;
  }

  async #openWindow(subject: object): Promise<string> {
    const [first, second] = this.#central;
    const path = '/v1/migration-windows';
    const { id } = await first.post<{ id: string }>(path, { ...subject, asAt: DECIDED_AT });
    await second.post(`${path}/${id}/approve`, {});
    return id;
  }

  async #atEnd(id: string): Promise<ImportAnswer> {
    for (;;) {
      const job = await this.#ingest.get<ImportAnswer>(`/v1/imports/${id}`);
      if (job.state === 'completed') return job;
      if (job.state === 'failed') throw new Error(`the import failed: ${JSON.stringify(job.problem)}`);
      await pause(POLL_MS);
    }
  }

  async #allVisible(expected: number, ended: number, totals: Totals): Promise<number> {
    for (;;) {
      const found = await this.#entries();
      const waited = performance.now() - ended;
      if (found >= expected || waited > VISIBLE_LIMIT_MS) {
        totals.lost += Math.max(0, expected - found);
        totals.duplicated += Math.max(0, found - expected);
        return waited;
      }
      await pause(POLL_MS);
    }
  }

  async #entries(): Promise<number> {
    const { rows } = await this.reader.query<{ found: string }>(
      'SELECT count(*) AS found FROM matrix.entry WHERE borough = $1',
      [BOROUGH],
    );
    return Number(rows[0]?.found);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function countsOf(list: SyntheticListOptions): Counts {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Counts;
  for (const { outcome } of generateRows(list)) counts[outcome.status] += 1;
  return counts;
}

/** A row that became something else than it is built to become is one too few there and one too many here. */
function compare(expected: Counts, found: Counts, totals: Totals): void {
  for (const status of STATUSES) {
    totals.lost += Math.max(0, expected[status] - found[status]);
    totals.duplicated += Math.max(0, found[status] - expected[status]);
  }
}
