import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { portsFrom } from '@probity/local-stack';
import { SeededRandom } from '@probity/testing';
import {
  committedEvents,
  eventIdsOf,
  FaultRun,
  importArguments,
  outcomeOf,
  VICTIMS,
  type ImportCommand,
  type Outcome,
} from './fault-run.js';
import { countBy, readTable, writeList, type ReportRow } from './lists.js';
import { NodeProcess } from './node-process.js';
import { alive, Store } from './store.js';

/** How many seeds, and how long the list is: `PROBITY_KILL_SEEDS=20 PROBITY_KILL_ROWS=20000` is the long series. */
const SEEDS = Number(process.env['PROBITY_KILL_SEEDS'] ?? 0);
const ROWS = Number(process.env['PROBITY_KILL_ROWS'] ?? (SEEDS > 0 ? 20_000 : 3_000));
const BOROUGH = 'E09000012';
const SUPERVISOR = 'infra/local/src/main.js';

// Generous, for a loaded machine and long lists: nothing here measures time.
jest.setTimeout(300_000 + ROWS * 60);

/** Seeds of this run with their victims: all five in the long series, else one. */
const SERIES = Array.from({ length: Math.max(SEEDS, 1) }, (_, index) => {
  const victims = new SeededRandom(`victims/${String(index + 1)}`).shuffled(VICTIMS);
  return { seed: index + 1, victims: SEEDS > 0 ? victims : victims.slice(0, 1) };
});

let supervisor: NodeProcess | undefined;
let clean: Store;
let command: ImportCommand;

beforeAll(async () => {
  clean = await Store.create();
  const folder = clean.outside('lists', 'generated');
  writeList(folder, { borough: BOROUGH, rows: ROWS, seed: 11, dialect: 'tab' });
  command = { folder, borough: BOROUGH, asAt: '2026-11-01T09:00:00Z' };
});

afterAll(async () => {
  await clean.disconnect();
  await supervisor?.stop();
  await clean.remove();
});

describe('npm start', () => {
  it('names a port that is taken and what to do about it, and leaves nothing running', async () => {
    const { postgres } = portsFrom(Number(clean.env['PROBITY_PORT_BASE']));
    const squatter = createServer().listen(postgres, '127.0.0.1');
    await once(squatter, 'listening');
    const { code, stderr } = await NodeProcess.start(SUPERVISOR, ['--empty'], clean.env).ended;
    squatter.close();
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(/^Port \d+ \(postgres\) already in use: .*PROBITY_PORT_BASE.*\.$/);
    expect(stderr).toContain(String(postgres));
    expect(alive(clean.pids())).toEqual([]);
  });

  it('starts an empty store, and status tells by its exit code when it is ready', async () => {
    expect((await clean.probity('status')).code).toBe(3);
    supervisor = NodeProcess.start(SUPERVISOR, ['--empty'], clean.env);
    await supervisor.printed(/Ctrl-C stops everything\./);
    const { code, stdout } = await clean.probity('status', '--json');
    expect([code, (JSON.parse(stdout) as { ready: boolean }).ready]).toEqual([0, true]);
    expect((await clean.matrixSummary()).total).toBe(0);
  });
});

describe('an import that loses processes', () => {
  let undisturbed: Outcome;
  let report: string;
  let total: number;

  beforeAll(async () => {
    const file = clean.outside('out', 'clean.csv');
    const { code, stderr } = await clean.probity(...importArguments(command, file));
    if (code !== 0) throw new Error(stderr);
    report = readFileSync(file, 'utf8');
    undisturbed = await outcomeOf(clean);
    const client = await clean.connect('probity_events');
    total = await committedEvents(client);
    await client.end();
  });

  it('[R-39] is compared with one that nobody disturbs, whose matrix and register hold what its report says', () => {
    const rows = readTable<ReportRow>(clean.outside('out', 'clean.csv'));
    const statuses = countBy(rows, ({ status }) => status);
    expect(rows).toHaveLength(ROWS);
    expect(undisturbed.summary.total).toBe(statuses['ENTERED']);
    expect(undisturbed.registered).toHaveLength(statuses['REGISTERED'] ?? 0);
  });

  it('ends with one sentence and nothing left running when the broker of a started stack is killed', async () => {
    const pids = clean.pids();
    expect(alive(pids)).toHaveLength(10);
    process.kill(pids.get('kafka') ?? 0, 'SIGKILL');
    const { code, stderr } = (await supervisor?.ended) ?? { code: null, stderr: '' };
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr.trim()).toMatch(
      /^kafka ended unasked \(SIGKILL\), so the stack was stopped: read .*kafka\.log, then run npm start again\./,
    );
    expect(alive(pids)).toEqual([]);
    expect((await clean.probity('status')).code).toBe(3);
  });

  it.each(SERIES)(
    '[R-39] has the same digest, matrix, register and report as an undisturbed one (seed $seed: $victims)',
    async ({ seed, victims }) => {
      const store = await Store.create();
      const faults = new FaultRun(store, command, seed, total);
      try {
        const file = store.outside('out', 'report.csv');
        await faults.run(victims, file);
        for (const { committed } of faults.positions) {
          expect(committed).toBeGreaterThan(0);
          expect(committed).toBeLessThan(total);
        }
        expect(faults.positions.map(({ victim }) => victim)).toEqual(victims);
        expect(await outcomeOf(store)).toEqual(undisturbed);
        expect(readFileSync(file, 'utf8')).toBe(report);
        for (const topic of [`matrix.${BOROUGH}`, `safeguarding.${BOROUGH}`]) {
          const { committed, logged } = await eventIdsOf(store, BOROUGH, topic);
          // Sent again after a crash is allowed, for readers drop repeats; lost, foreign or in another order is not.
          expect([...new Set(logged)]).toEqual(committed);
        }
      } finally {
        process.stdout.write(`${faults.positions.map((position) => JSON.stringify(position)).join('\n')}\n`);
        await faults.stop();
        await store.remove();
      }
    },
  );
});
