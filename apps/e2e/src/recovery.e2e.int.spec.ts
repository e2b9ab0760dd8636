import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { APP_NAMES, localBrokerAdmin, startStack, type RunningStack } from '@probity/local-stack';
import { importArguments, outcomeOf, type ImportCommand, type Outcome } from './fault-run.js';
import { writeList } from './lists.js';
import { Store } from './store.js';

const AS_AT = '2026-11-01T09:00:00Z';
const BOROUGH = 'E09000012';
const TOPIC = `matrix.${BOROUGH}`;
/** Seeds of the list that the backup knows, and of the one that came after it. Both enter and register. */
const [YESTERDAY, TODAY] = [11, 17];

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(300_000);

interface Status {
  processes: { name: string; state: string; detail: string }[];
}

let store: Store;
let stack: RunningStack;
let today: Outcome;
let rowKeys: unknown[];
let knownYesterday: string[];

const backupOfBroker = (): string => store.outside('yesterday', 'kafka');
const brokerData = (): string => store.home.path('data', 'kafka');

async function importList(seed: number): Promise<void> {
  const folder = store.outside('lists', String(seed));
  writeList(folder, { borough: BOROUGH, rows: 60, seed, dialect: 'tab' });
  const command: ImportCommand = { folder, borough: BOROUGH, asAt: AS_AT };
  const { code, stderr } = await store.probity(
    ...importArguments(command, store.outside('out', `${String(seed)}.csv`)),
  );
  if (code !== 0) throw new Error(stderr);
}

/** Statements of the server's administrator, one by one, while no application is connected. */
async function sql(...statements: string[]): Promise<void> {
  for (const statement of statements) await store.rows('probity_views', statement);
}

async function stopApps(): Promise<void> {
  for (const app of [...APP_NAMES].reverse()) await stack.kill(app, 'SIGTERM');
}

async function startApps(): Promise<void> {
  for (const app of APP_NAMES) await stack.restart(app);
}

async function heldProcesses(): Promise<string[]> {
  const { code, stdout } = await store.probity('status', '--json');
  expect(code).toBe(3);
  const held = (JSON.parse(stdout) as Status).processes.filter(({ state }) => state === 'held');
  for (const { detail } of held) expect(detail).toContain('run npx probity recover');
  return held.map(({ name }) => name);
}

/** Records and groups of the store. */
async function sealedKeys(): Promise<string[]> {
  const statement = `SELECT DISTINCT key FROM events.event WHERE stream LIKE 'records/%' OR stream LIKE 'groups/%'`;
  return (await store.rows<{ key: string }>('probity_events', statement)).map(({ key }) => key);
}

function keysInIngest(): Promise<unknown[]> {
  return store.rows(
    'probity_events',
    `SELECT borough, row_key AS key, record_id AS id FROM ingest.row_key
     UNION ALL SELECT borough, name_key, group_id FROM ingest.group_key ORDER BY id`,
  );
}

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  await importList(YESTERDAY);
  await outcomeOf(store);
  knownYesterday = await sealedKeys();
  await stopApps();
  await sql(
    'CREATE DATABASE yesterday_1 TEMPLATE probity_events OWNER probity_owner',
    'CREATE DATABASE yesterday_2 TEMPLATE probity_events OWNER probity_owner',
    'CREATE DATABASE yesterday_vault TEMPLATE probity_vault OWNER probity_owner',
  );
  await stack.kill('kafka', 'SIGTERM');
  cpSync(brokerData(), backupOfBroker(), { recursive: true });
  await stack.restart('kafka');
  await startApps();
  await importList(TODAY);
  today = await outcomeOf(store);
  rowKeys = await keysInIngest();
});

afterAll(async () => {
  await store.disconnect();
  await stack?.stop();
  await store.remove();
});

describe('a database of yesterday under the topics of today', () => {
  beforeAll(async () => {
    await stopApps();
    await sql(
      'ALTER DATABASE probity_events RENAME TO today_1',
      'ALTER DATABASE yesterday_1 RENAME TO probity_events',
    );
    await startApps();
  });

  it('starts, and takes no command before it was recovered', async () => {
    expect(await heldProcesses()).toEqual(['borough-ingest', 'governance']);
    const hash = '0'.repeat(64);
    const announced = {
      borough: BOROUGH,
      fileName: `${BOROUGH}.csv`,
      fileHash: hash,
      groupsHash: null,
      dryRun: true,
    };
    const refused = await store.call({
      process: 'borough-ingest',
      as: `officer-${BOROUGH}`,
      method: 'POST',
      path: '/v1/imports',
      content: announced,
    });
    expect([refused.status, refused.body?.code]).toEqual([503, 'STO-001']);
    const { code, stderr } = await store.probity('recover');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Nothing was changed')]);
  });

  it('takes the missing events back, and everything is as it was', async () => {
    const { code, stderr } = await store.probity('recover', '--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Row keys made again')]);
    expect(await outcomeOf(store)).toEqual(today);
    expect(await keysInIngest()).toEqual(rowKeys);
    expect((await store.probity('status')).code).toBe(0);
    expect(await store.probity('recover')).toMatchObject({ code: 0 });
  });
});

describe('topics of yesterday under the database of today', () => {
  it('are sent what they lack, to the same positions, and the read models go on', async () => {
    await stopApps();
    await stack.kill('kafka', 'SIGTERM');
    rmSync(brokerData(), { recursive: true });
    cpSync(backupOfBroker(), brokerData(), { recursive: true });
    await stack.restart('kafka');
    await startApps();
    expect(await heldProcesses()).toEqual([
      ...['borough-ingest', 'governance', 'projector-matrix', 'projector-safeguarding'],
    ]);
    expect((await store.probity('recover', '--yes')).code).toBe(0);
    expect((await store.probity('status', '--wait', '60')).code).toBe(0);
    expect(await outcomeOf(store)).toEqual(today);
  });
});

describe('a topic that was lost', () => {
  it('is made and filled again as its second generation, which oversight tells of', async () => {
    await stopApps();
    const admin = localBrokerAdmin(store.home, stack.ports);
    await admin.removeTopics([TOPIC]);
    await admin.close();
    await stack.stop();
    const said: string[] = [];
    stack = await startStack({ env: store.env, durable: false, progress: (text) => said.push(text) });
    expect(said.join('\n')).toMatch(
      /The broker has lost something: the topic matrix\.E09000012 does not exist/,
    );
    expect(await heldProcesses()).toEqual(['borough-ingest', 'projector-matrix']);
    expect((await store.probity('recover', '--yes')).code).toBe(0);
    expect((await store.probity('status', '--wait', '60')).code).toBe(0);
    const { digest, ...rest } = await outcomeOf(store);
    expect({ ...rest, records: digest.records, events: digest.events }).toEqual({
      summary: today.summary,
      registered: today.registered,
      records: today.digest.records,
      events: today.digest.events + 1,
    });
    const told = await store.rows<{ skeleton: string }>(
      'probity_events',
      `SELECT convert_from(skeleton, 'UTF8') AS skeleton FROM events.event WHERE type = $1`,
      ['probity.oversight.topic-generation-started.v1'],
    );
    expect(told.map(({ skeleton }) => JSON.parse(skeleton) as unknown)).toMatchObject([
      { topic: TOPIC, partition: 0, generation: 2, isIdentity: true },
    ]);
  });
});

describe('a database of yesterday whose vault is of yesterday as well', () => {
  it('takes the events back and names exactly the records that cannot be opened again', async () => {
    const lost = (await sealedKeys()).filter((key) => !knownYesterday.includes(key));
    expect(lost.length).toBeGreaterThan(20);
    await stopApps();
    await sql(
      'ALTER DATABASE probity_events RENAME TO today_2',
      'ALTER DATABASE yesterday_2 RENAME TO probity_events',
      'ALTER DATABASE probity_vault RENAME TO today_vault',
      'ALTER DATABASE yesterday_vault RENAME TO probity_vault',
    );
    await startApps();
    const { code, stderr } = await store.probity('recover', '--yes');
    const named = [...stderr.matchAll(/^(\S+) cannot be opened again/gm)].map(([, id]) => id);
    expect(named.sort()).toEqual(lost.sort());
    expect(code).toBe(1);
    const [{ count } = { count: 0 }] = await store.rows<{ count: number }>(
      'probity_events',
      'SELECT count(*)::int AS count FROM events.event',
    );
    expect(count).toBe(today.digest.events + 1);
  });
});
