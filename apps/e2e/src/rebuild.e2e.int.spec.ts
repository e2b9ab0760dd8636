import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startStack, type RunningStack } from '@probity/local-stack';
import { importArguments, outcomeOf, type Outcome } from './fault-run.js';
import { writeList } from './lists.js';
import { Store } from './store.js';

const BOROUGH = 'E09000012';
/** Enough that the projectors catch up in threads. */
const ROWS = 5_600;

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

interface Report {
  generations: { generation: number; place: string }[];
  rebuild: { ready: boolean; done: number; total: number } | null;
  acts: { act: string; why: string | null }[];
}

let store: Store;
let stack: RunningStack;
let imported: Outcome;

const projection = (...words: string[]) => store.probity('projection', ...words);
const report = (...words: string[]): Promise<Report> => store.json<Report>('projection', ...words);
const bandOf = async (id: string): Promise<string | undefined> =>
  (await store.rows<{ band: string }>('probity_views', 'SELECT band FROM matrix.entry WHERE record_id = $1', [id]))[0]?.band; // prettier-ignore
/** Changes the band of the first entry by hand. @returns its record, and the band that it had */
const editByHand = async (): Promise<{ id: string; band: string }> => {
  const [row] = await store.rows<{ id: string; band: string }>(
    'probity_views',
    `UPDATE matrix.entry e SET band = CASE o.band WHEN 'RED' THEN 'GREEN' ELSE 'RED' END
       FROM (SELECT record_id, band FROM matrix.entry ORDER BY record_id LIMIT 1) o
      WHERE e.record_id = o.record_id RETURNING e.record_id::text AS id, o.band`,
  );
  if (!row) throw new Error('the matrix has an entry');
  return row;
};

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  const folder = store.outside('lists', 'one');
  writeList(folder, { borough: BOROUGH, rows: ROWS, seed: 21, dialect: 'tab' });
  const command = { folder, borough: BOROUGH, asAt: '2026-11-01T09:00:00Z' };
  const { code, stderr } = await store.probity(...importArguments(command, store.outside('out', 'one.csv')));
  if (code !== 0) throw new Error(stderr);
  imported = await outcomeOf(store);
});

afterAll(async () => {
  await store.disconnect();
  await stack?.stop();
  await store.remove();
});

describe('an operator who rebuilds a read model on the running stack', () => {
  it('goes on after the projector was killed, and the matrix is what it was', async () => {
    expect((await projection('rebuild', 'matrix', '--no-wait')).code).toBe(0);
    await stack.kill('projector-matrix');
    expect((await store.matrixSummary()).total).toBe(imported.summary.total);
    await stack.restart('projector-matrix');
    expect((await store.probity('status', '--wait', '60')).code).toBe(0);
    const { rebuild } = await report('rebuild', 'matrix');
    expect(rebuild).toMatchObject({ ready: true, done: rebuild?.total });
    expect(rebuild?.total).toBeGreaterThan(5_000);
    expect(await projection('diff', 'matrix')).toMatchObject({ code: 0 });
    const { generations } = await report('switch', 'matrix');
    expect(generations.filter(({ place }) => place === 'live')).toMatchObject([{ generation: 2 }]);
    expect(await outcomeOf(store)).toEqual(imported);
  });

  it('finds a row that was changed by hand, and heals it by accepting exactly that', async () => {
    const { id, band } = await editByHand();
    expect((await projection('rebuild', 'matrix')).code).toBe(0);
    const { code, stderr } = await projection('diff', 'matrix');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`entry (record_id ${id}) differs in band`)]);
    const refused = await projection('switch', 'matrix');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('PRJ-014')]);
    const digest = /--accept ([0-9a-f]{64})/.exec(stderr)?.[1] ?? '';
    const healed = await report('switch', 'matrix', '--accept', digest, '--reason', 'changed by hand');
    expect(healed.acts[0]).toMatchObject({ act: 'switched', why: 'changed by hand' });
    expect(await bandOf(id)).toBe(band);
    expect(await outcomeOf(store)).toEqual(imported);
  });

  it('gets the previous generation back, and rid of what is not needed', async () => {
    expect((await projection('rollback', 'matrix', '--reason', 'to see it')).code).toBe(0);
    const { code } = await projection('drop', 'matrix', 'previous', '--yes');
    expect(code).toBe(0);
    const { projections } = await store.json<{ projections: Report[] }>('projection', 'list');
    expect(projections).toHaveLength(2);
    expect(projections[0]?.generations).toMatchObject([
      { generation: 3, place: 'dropped' },
      { generation: 2, place: 'live' },
      { generation: 1, place: 'dropped' },
    ]);
    expect((await store.probity('status')).code).toBe(0);
  });

  it('rebuilds the safeguarding register as well, by its own process', async () => {
    expect((await projection('rebuild', 'safeguarding')).code).toBe(0);
    expect((await projection('switch', 'safeguarding')).code).toBe(0);
    expect((await outcomeOf(store)).registered).toEqual(imported.registered);
  });
});
