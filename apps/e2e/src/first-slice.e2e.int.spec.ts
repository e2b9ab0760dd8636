import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { currentType } from '@probity/events';
import { inProject, startStack, waitUntil, type RunningStack } from '@probity/local-stack';
import { BOROUGH_CODES, type KafkaLog } from '@probity/messaging';
import { MARKER, writeCanaryList, type CanaryList } from './canary-list.js';
import { countBy, inWords, readTable, type ReportRow } from './lists.js';
import { formsIn, needlesFor, searchFolder, type Hit } from './marker-search.js';
import type { ProcessEnd } from './node-process.js';
import { Store } from './store.js';

const SAMPLES = inProject('infra', 'sample-lists');
const AS_AT = '2026-11-01T09:00:00Z';
const CATCH_UP_MS = 120_000;

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

interface ImportResult {
  files: { fileName: string; result: string; job: { bytes: { total: number; read: number } } | null }[];
  totals: { read: number; rows: Record<string, number> };
}

let store: Store;
let stack: RunningStack;

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  void stack.failed.then(({ message }) => process.stderr.write(`${message}\n`));
});

afterAll(async () => {
  await store.disconnect();
  await stack?.stop();
  await store.remove();
});

/** Waits until the read models show as many entries and registrations as the event store holds. */
async function caughtUp(): Promise<void> {
  const [events, views] = [await store.connect('probity_events'), await store.connect('probity_views')];
  const count = async (client: typeof events, sql: string): Promise<number> =>
    (await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`)).rows[0]?.count ?? 0;
  const made = (type: string): string => `events.event WHERE type = '${currentType(type)}'`;
  const hasAll = await waitUntil(
    async () =>
      (await count(views, 'matrix.entry')) === (await count(events, made('matrix.legacy-entry-asserted'))) &&
      (await count(views, 'safeguarding.register')) ===
        (await count(events, made('safeguarding.entry-registered'))),
    CATCH_UP_MS,
  );
  await Promise.all([events.end(), views.end()]);
  expect(hasAll).toBe(true);
}

async function everyRecord(log: KafkaLog, topic: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of log.read(topic, 0, 0n, await log.endOffset(topic, 0))) keys.push(key);
  return keys;
}

/** Why the tests look. */
const WHY = ['--purpose', 'AUDIT', '--because', 'to compare it with what was imported', '--as', 'auditor'];

describe('the lists of all boroughs on the day of the migration', () => {
  let report: ReportRow[];
  const expected = readTable<ReportRow>(join(SAMPLES, 'expected.csv'));

  it('[R-10][ICO-2] are decided by one model: all 3,000 rows come to the status, reasons, role and band that are expected', async () => {
    const files = {
      report: store.outside('out', 'outcomes.csv'),
      problems: store.outside('out', 'problems'),
    };
    const result = await store.json<ImportResult>(
      ...['import', SAMPLES, '--as-at', AS_AT, '--report', files.report, '--problem-rows', files.problems],
    );
    report = readTable<ReportRow>(files.report);
    expect(report.map(inWords).sort()).toEqual(expected.map(inWords).sort());
    expect(expected).toHaveLength(3_000);
    expect(result.files.every(({ result: end }) => end === 'completed')).toBe(true);
    for (const { fileName, job } of result.files) {
      const { size } = statSync(join(SAMPLES, fileName));
      expect(job?.bytes).toEqual({ total: size, read: size });
    }
    expect(result.totals.rows).toEqual(countBy(expected, ({ status }) => status));
  });

  it('[R-10] are in the central matrix with exactly the rows that were entered, borough by borough and band by band', async () => {
    await caughtUp();
    const summary = await store.matrixSummary();
    const entered = expected.filter(({ status }) => status === 'ENTERED');
    const bands = countBy(entered, ({ borough, band }) => `${borough} ${band}`);
    const wanted = BOROUGH_CODES.map((borough) => {
      const [RED = 0, AMBER = 0, GREEN = 0] = ['RED', 'AMBER', 'GREEN'].map((b) => bands[`${borough} ${b}`]);
      return { borough, RED, AMBER, GREEN, total: RED + AMBER + GREEN };
    });
    expect(summary.boroughs).toEqual(wanted);
    expect(summary.total).toBe(entered.length);
    const { items } = await store.json<{ items: { assertion: string | null }[] }>('matrix', '--all', ...WHY);
    expect(items).toHaveLength(entered.length);
    expect(new Set(items.map(({ assertion }) => assertion))).toEqual(
      new Set(['Legacy assertion, not attested']),
    );
  });

  it('[R-02][ICO-1] have their victims and people at risk in the safeguarding register, and all of them', async () => {
    const registered = expected.filter(({ status }) => status === 'REGISTERED');
    const found = await store.rows<{ borough: string; role: string }>(
      'probity_views',
      'SELECT borough, role FROM safeguarding.register',
    );
    const of = (row: { borough: string; role: string }): string => `${row.borough} ${row.role}`;
    expect(countBy(found, of)).toEqual(countBy(registered, of));
    const told = await store.call({
      process: 'projector-safeguarding',
      as: 'operator',
      path: '/v1/safeguarding/summary',
    });
    expect(told).toMatchObject({ status: 200, body: { total: registered.length } });
  });
});

describe('a victim', () => {
  it('[R-02][ICO-1] is in no table of the matrix and on no topic that the matrix reads', async () => {
    const victims = await store.rows<{ id: string }>(
      'probity_views',
      'SELECT record_id AS id FROM safeguarding.register',
    );
    const tables = await store.rows<{ name: string }>(
      'probity_views',
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'matrix'`,
    );
    const log = store.logAs('projector-matrix');
    const topics = ['oversight', ...BOROUGH_CODES.map((borough) => `matrix.${borough}`)];
    const keys = await Promise.all(topics.map((topic) => everyRecord(log, topic)));
    const texts = await Promise.all(
      tables.map(({ name }) =>
        store.rows<{ t: string }>('probity_views', `SELECT t::text AS t FROM matrix.${name} t`),
      ),
    );
    const seen = [...texts.flat().map(({ t }) => t), ...keys.flat()].join('\n');
    const [entered] = await store.rows<{ id: string }>(
      'probity_views',
      'SELECT record_id AS id FROM matrix.entry LIMIT 1',
    );
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['entry', 'entry_version', 'record']),
    );
    expect(seen.includes(entered?.id ?? '')).toBe(true);
    expect(victims.length).toBeGreaterThan(100);
    expect(victims.filter(({ id }) => seen.includes(id))).toEqual([]);
  });

  it.each(['probity_matrix', 'probity_reader'])(
    '[R-02][ICO-1] is out of reach of the database role %s, which may not read the safeguarding schema',
    async (role) => {
      const client = await store.connect('probity_views', role);
      for (const table of ['register', 'register_version', 'record', 'checkpoint']) {
        const read = client.query(`SELECT 1 FROM safeguarding.${table}`);
        await expect(read).rejects.toMatchObject({ code: '42501' });
      }
      expect((await client.query('SELECT 1 FROM matrix.entry LIMIT 1')).rowCount).toBe(1);
    },
  );

  it('[R-02][ICO-1] is on topics that the principal of the matrix projection may not read', async () => {
    const log = store.logAs('projector-matrix');
    const reads = BOROUGH_CODES.map((borough) => everyRecord(log, `safeguarding.${borough}`));
    const ends = await Promise.allSettled(reads);
    expect(countBy(ends, ({ status }) => status)).toEqual({ rejected: BOROUGH_CODES.length });
    expect((await everyRecord(log, 'matrix.E09000012')).length).toBeGreaterThan(0);
  });

  it('[R-85] and everybody else on a list stays with the borough: another borough cannot write its topic', async () => {
    const log = store.logAs('ingest-E09000012');
    const before = await store.logAs('ingest-E09000013').endOffset('matrix.E09000013', 0);
    const record = { key: 'k', value: Buffer.from('{}'), headers: {}, timestamp: '1793523600000' };
    await expect(log.send('matrix.E09000013', 0, [record])).rejects.toThrow();
    await expect(everyRecord(log, 'matrix.E09000013')).rejects.toThrow();
    expect(await store.logAs('ingest-E09000013').endOffset('matrix.E09000013', 0)).toBe(before);
  });
});

describe('a list that is sent again', () => {
  it('[R-72] is told to have been read already and adds nothing: the store has the same digest', async () => {
    const before = await store.json('digest');
    const again = await store.probity('import', SAMPLES, '--as-at', AS_AT);
    expect(again.code).toBe(0);
    expect(again.stderr.match(/already read to its end; nothing was added\.$/gm)).toHaveLength(32);
    expect(await store.json('digest')).toEqual(before);
  });

  it('[R-72] as the file of its problem rows, once corrected, enters the corrected rows and no others', async () => {
    const borough = 'E09000005';
    const problems = store.outside('out', 'problems', `${borough}.csv`);
    const text = readFileSync(problems, 'utf8');
    // The day of that item stands there as another borough would write it.
    expect(text).toContain(',09/07/2026,');
    const corrected = store.outside('corrected', `${borough}.csv`);
    writeFileSync(corrected, text.replace(',09/07/2026,', ',2026-07-09,'));
    const before = await store.matrixSummary();
    const report = store.outside('out', 'corrected.csv');
    const groups = join(SAMPLES, 'groups.csv');
    await store.json('import', corrected, '--groups', groups, '--report', report);
    expect(readTable<ReportRow>(report).map(({ status, codes }) => `${status} ${codes}`)).toEqual([
      'ENTERED ',
      'PROBLEM SCH-003',
      // A row that contradicts one that was refused is decided for itself now: refusals leave nothing behind.
      'REFUSED ROLE-003',
    ]);
    await caughtUp();
    const total = before.boroughs.find((each) => each.borough === borough)?.total ?? 0;
    const after = await store.matrixSummary();
    expect(after.boroughs.find((each) => each.borough === borough)?.total).toBe(total + 1);
    expect(after.total).toBe(before.total + 1);
  });
});

describe('whoever calls a service', () => {
  const hash = '0'.repeat(64);
  const announced = {
    borough: 'E09000012',
    fileName: 'E09000012.csv',
    fileHash: hash,
    groupsHash: null,
    dryRun: true,
  };
  const announce = {
    process: 'borough-ingest',
    method: 'POST',
    path: '/v1/imports',
    content: announced,
  } as const;

  it('[R-85] is told 401 without a certificate, whatever is asked for, and sees health all the same', async () => {
    const paths = {
      governance: '/v1/matrix',
      vault: '/v1/leases',
      'projector-matrix': '/v1/checkpoints',
    } as const;
    for (const [name, path] of Object.entries(paths)) {
      const asked = { process: name as keyof typeof paths, as: null };
      const method = name === 'vault' ? 'POST' : 'GET';
      const refused = await store.call({
        ...asked,
        path,
        method,
        ...(method === 'POST' ? { content: {} } : {}),
      });
      expect([name, refused.status, refused.body?.code]).toEqual([name, 401, 'ACC-004']);
      expect((await store.call({ ...asked, path: '/health/live' })).status).toBe(200);
    }
    expect(await store.call({ ...announce, as: null })).toMatchObject({
      status: 401,
      body: { code: 'ACC-004' },
    });
  });

  it('[R-85] imports for the own borough alone, and finds nothing of the imports of another', async () => {
    const foreign = await store.call({ ...announce, as: 'officer-E09000013' });
    expect(foreign).toMatchObject({ status: 403, body: { code: 'ACC-002' } });
    const own = await store.call({ ...announce, as: 'officer-E09000012' });
    expect(own.status).toBe(201);
    for (const part of ['', '/report', '/problem-rows']) {
      const path = `/v1/imports/${String(own.body?.id)}${part}`;
      const answer = await store.call({ process: 'borough-ingest', as: 'officer-E09000013', path });
      expect([part, answer.status]).toEqual([part, 404]);
    }
  });

  it.each(['safeguarding-lead', 'partner-user', 'operator'])(
    '[R-85] reads nothing of the matrix as %s',
    async (as) => {
      for (const path of ['/v1/matrix', '/v1/matrix/summary']) {
        const answer = await store.call({ process: 'governance', as, path });
        expect(answer).toMatchObject({ status: 403, body: { code: 'ACC-001' } });
      }
    },
  );

  it('[R-85] gets no key and opens no window unless that is their work', async () => {
    const lease = { process: 'vault', method: 'POST', path: '/v1/leases' } as const;
    const content = { group: 'case', recordIds: ['00000000-0000-4000-8000-000000000000'] };
    for (const as of ['operator', 'central-1', 'officer-E09000012']) {
      expect(await store.call({ ...lease, as, content })).toMatchObject({
        status: 403,
        body: { code: 'ACC-001' },
      });
    }
    const window = {
      borough: 'E09000012',
      fileHash: hash,
      groupsHash: null,
      asAt: '2026-11-01T09:00:00.000Z',
    };
    const open = {
      process: 'governance',
      method: 'POST',
      path: '/v1/migration-windows',
      content: window,
    } as const;
    expect(await store.call({ ...open, as: 'officer-E09000012' })).toMatchObject({ status: 403 });
    const asked = await store.call({ ...open, as: 'central-1' });
    expect(asked).toMatchObject({ status: 201, body: { state: 'requested' } });
    const approve = `${open.path}/${String(asked.body?.id)}/approve`;
    const alone = await store.call({ ...open, path: approve, as: 'central-1', content: {} });
    expect([alone.status, alone.body?.code]).toEqual([422, 'AUT-001']);
  });
});

describe('what a list says of a person', () => {
  const borough = 'E09000013';
  const needles = needlesFor(MARKER);
  let list: CanaryList;
  let ended: ProcessEnd;
  let release: () => void;
  let upload: Promise<unknown>;

  /** Every row of every table of the three databases, as text: what the server keeps compressed is in clear here. */
  async function searchTables(): Promise<Hit[]> {
    const hits: Hit[] = [];
    for (const database of ['probity_events', 'probity_vault', 'probity_views'] as const) {
      const client = await store.connect(database);
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of tables) {
        const { rows } = await client.query<{ t: string }>(`SELECT t::text AS t FROM ${name} t`);
        const text = Buffer.from(rows.map(({ t }) => t).join('\n'));
        hits.push(...formsIn(text, needles).map((form) => ({ place: name, form })));
      }
      await client.end();
    }
    return hits;
  }

  /** What the server holds in memory is written first. */
  async function searchDisk(): Promise<Hit[]> {
    await store.rows('probity_events', 'CHECKPOINT');
    return searchFolder(store.home.root, needles);
  }

  /** An upload that has sent most of a list and waits: its beginning lies in the spool meanwhile. */
  async function uploadHalf(content: Buffer): Promise<void> {
    const announced = {
      borough,
      fileName: 'half.csv',
      fileHash: '1'.repeat(64),
      groupsHash: null,
      dryRun: true,
    };
    const as = `officer-${borough}`;
    const to = { process: 'borough-ingest', as } as const;
    const job = await store.call({ ...to, method: 'POST', path: '/v1/imports', content: announced });
    const path = `/v1/imports/${String(job.body?.id)}/file`;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* body(): AsyncGenerator<Uint8Array> {
      yield content;
      await held;
    }
    upload = store.call({
      ...to,
      method: 'PUT',
      path,
      body: Readable.from(body()),
      contentType: 'application/octet-stream',
    });
    const spooled = async (): Promise<boolean> =>
      (await searchFolder(store.home.path('spool'), [{ form: 'sealed', bytes: Buffer.from('\n') }])).length >
      0;
    expect(await waitUntil(spooled, 60_000)).toBe(true);
  }

  async function refuse(lines: readonly string[], ...options: string[]): Promise<void> {
    const path = store.outside('refused', `${borough}.csv`);
    writeFileSync(path, lines.join('\n'));
    const refused = await store.probity('import', path, ...options, '--json');
    expect(refused.code).toBe(1);
    ended.stderr += refused.stderr + refused.stdout;
  }

  beforeAll(async () => {
    list = writeCanaryList(store.outside('canary'), borough, 3);
    const out = [
      '--report',
      store.outside('out', 'canary.csv'),
      '--problem-rows',
      store.outside('out', 'canary'),
    ];
    ended = await store.probity('import', list.folder, ...out, '--json');
    const text = readFileSync(join(list.folder, `${borough}.csv`), 'utf8');
    const [header = '', ...rows] = text.trimEnd().split('\n');
    // Refused whole: a list with a column that none may have, and one whose first line is a person.
    await refuse([`${header},shoe_size`, ...rows.map((row) => `${row},${MARKER}`)]);
    await refuse(rows, '--adapter', 'plain');
    await refuse(rows);
    await caughtUp();
    const long = Buffer.concat(Array.from({ length: 4 }, () => Buffer.from(text)));
    await uploadHalf(long);
  });

  afterAll(async () => {
    release();
    await upload;
  });

  it('[R-19] is taken in: the list with a marker in all of its 56 columns is read, and its report has the marker', () => {
    const rows = readTable<ReportRow>(store.outside('out', 'canary.csv'));
    expect(list.marked.length).toBe(56);
    expect(rows).toHaveLength(list.rows);
    const statuses = Object.keys(countBy(rows, ({ status }) => status)).sort();
    expect(statuses).toEqual(['DUPLICATE', 'ENTERED', 'PROBLEM', 'PROPOSED', 'REFUSED', 'REGISTERED']);
    expect(rows.filter(({ local_ref: ref }) => ref.startsWith(MARKER)).length).toBeGreaterThan(list.rows / 2);
    expect(formsIn(readFileSync(store.outside('out', 'canary', `${borough}.csv`)), needles)).toContain(
      'utf8',
    );
  });

  it('[R-19][R-61] is on no disk of the stack in any readable form: topics, database, its log, spool, jobs, logs', async () => {
    expect(await searchDisk()).toEqual([]);
    expect(await searchTables()).toEqual([]);
  });

  it('[R-19] is in nothing that the command line prints', () => {
    expect(ended.code).toBe(0);
    expect(formsIn(Buffer.from(ended.stdout + ended.stderr), needles)).toEqual([]);
  });

  it('[R-61] would be found on a topic, in the database and in a file', async () => {
    const value = Buffer.from(`{"name":"${MARKER}"}`);
    const record = { key: 'planted', value, headers: {}, timestamp: '1793523600000' };
    await store.logAs('governance').send('sharing', 0, [record]);
    const note = `CREATE TABLE public.planted AS SELECT convert_to('${MARKER}', 'UTF8') AS note`;
    await store.rows('probity_views', note);
    writeFileSync(store.home.path('logs', 'planted.log'), Buffer.from(`ab${MARKER}`).toString('base64'));
    const places = new Set((await searchDisk()).map(({ place }) => place.split('/').slice(0, 2).join('/')));
    expect([...places].sort()).toEqual(['data/kafka', 'data/postgres', 'logs/planted.log']);
    expect((await searchTables()).map(({ place }) => place)).toContain('public.planted');
    await store.rows('probity_views', 'DROP TABLE public.planted');
  });
});

describe('the clock', () => {
  const now = async (): Promise<string> => (await store.json<{ now: string }>('clock', 'show')).now;

  it('never goes back, neither by the command line nor by a request', async () => {
    const stands = await now();
    const back = await store.probity('clock', 'set', '2026-10-31T09:00:00Z');
    expect(back.code).toBe(1);
    expect(back.stderr).toContain('(CLK-001)');
    const asked = { method: 'PUT', path: '/v1/clock', content: { now: '2026-10-31T09:00:00.000Z' } } as const;
    const direct = await store.call({ process: 'governance', as: 'operator', ...asked });
    expect([direct.status, direct.body?.code]).toEqual([409, 'CLK-001']);
    const stranger = await store.call({ process: 'governance', as: 'central-1', ...asked });
    expect(stranger.status).toBe(403);
    expect(await now()).toBe(stands);
  });

  it('[R-21] after 28 days withholds every legacy entry that nobody has attested', async () => {
    expect((await store.matrixSummary()).total).toBeGreaterThan(900);
    const moved = await store.json<{ acknowledged: string[] }>('clock', 'advance', '28d');
    expect(moved.acknowledged).toHaveLength(6);
    expect(await now()).toBe('2026-11-29T09:00:00.000Z');
    expect(await store.matrixSummary()).toMatchObject({
      asAt: '2026-11-29T09:00:00.000Z',
      total: 0,
    });
    expect(await store.json('matrix', '--all', ...WHY)).toEqual({ items: [], nextCursor: null });
  });

  it('[R-19] takes what is kept of an import for its uploader with it: a day later no report is left', async () => {
    const report = store.outside('out', 'late.csv');
    const late = await store.probity('import', SAMPLES, '--report', report);
    expect(late.code).toBe(0);
    expect(late.stderr).toContain('the report of its import is no longer kept');
    for (const table of ['import_job', 'import_block', 'import_seen'])
      expect([table, await store.rows('probity_events', `SELECT 1 FROM ingest.${table}`)]).toEqual([
        table,
        [],
      ]);
    expect(readdirSync(store.home.path('spool'))).toEqual([]);
  });
});

describe('the state of the stack', () => {
  it('is told by exit code 0 while every process is ready, and 3 as soon as one is not', async () => {
    expect((await store.probity('status')).code).toBe(0);
    await stack.kill('vault');
    const status = await store.probity('status', '--json');
    expect(status.code).toBe(3);
    expect(status.stderr).toContain('vault');
    await stack.restart('vault');
    expect((await store.probity('status', '--wait', '60')).code).toBe(0);
  });
});
