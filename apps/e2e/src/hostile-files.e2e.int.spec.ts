import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startStack, waitUntil, type RunningStack } from '@probity/local-stack';
import { BOROUGH_CODES } from '@probity/messaging';
import { ImportClient } from './import-client.js';
import { writeList } from './lists.js';
import { searchFolder } from './marker-search.js';
import type { ProcessEnd } from './node-process.js';
import { Store, type Answer } from './store.js';

const BOROUGH = 'E09000012';
const OTHER = 'E09000013';
/** Stands in cells of every list here: nothing that is said or kept may hold it. */
const CONTENT = 'Zuxiplon';
/** Bytes of a line that never ends: 2 GiB. */
const LONG_LINE = 2 * 1024 ** 3;
/** Bytes of a list of rows that can all be read. */
const MANY_ROWS = 64 * 1024 ** 2;
const GROUPS = 'group,borough,designated_on,last_audit,qualifying_members\n';
/** A request for the window of a file that is not there. */
const WINDOW = { borough: BOROUGH, fileHash: '2'.repeat(64), groupsHash: null, asAt: '2026-11-01T09:00:00Z' };
/** What the reader may hold of it, beside what a process takes for its own: a row's limit and some buffers, in bytes. */
const MEMORY = 160 * 1024 ** 2;

// Generous, for a loaded machine: nothing here measures time.
jest.setTimeout(600_000);

let store: Store;
let stack: RunningStack;
let list: Buffer;
let header: string;
let row: string;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** An announcement of a file by its content or its hash. */
function announced(content: Buffer | string, more: object = {}): object {
  return {
    ...{ borough: BOROUGH, fileName: `${BOROUGH}.csv`, groupsHash: null, dryRun: true },
    fileHash: typeof content === 'string' ? content : sha256(content),
    ...more,
  };
}

async function window(path: string, as: string, content: object): Promise<Answer> {
  return store.call({
    ...{ process: 'governance', method: 'POST', as },
    ...{ path: `/v1/migration-windows${path}`, content },
  });
}

const pidOfIngest = (): number => store.pids().get('borough-ingest') ?? 0;

async function eventsOfLists(): Promise<number> {
  const [found] = await store.rows<{ count: number }>(
    'probity_events',
    `SELECT count(*)::int AS count FROM events.event WHERE topic NOT IN ('oversight', 'access')`,
  );
  return found?.count ?? -1;
}

function fileOf(name: string, content: Buffer): string {
  const path = store.outside('hostile', name, `${BOROUGH}.csv`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Imports a file that must be refused. @returns what is told in words, and the code */
async function refuse(path: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await store.probity('import', path, ...options);
  expect(code).toBe(1);
  const said = stdout + stderr;
  expect(said).not.toContain(CONTENT);
  expect(said).not.toMatch(/^ +at /m);
  expect(await eventsOfLists()).toBe(0);
  return stderr;
}

beforeAll(async () => {
  store = await Store.create();
  stack = await startStack({ env: store.env, durable: false });
  const folder = store.outside('lists');
  const path = writeList(folder, { borough: BOROUGH, rows: 3, seed: 5, dialect: 'tab' });
  const [first = '', second = ''] = readFileSync(path, 'latin1').split('\r\n');
  header = first;
  row = second.replace(/Imaginary Road/, `Imaginary Road ${CONTENT}`);
  expect(row).toContain(CONTENT);
  list = bytes(`${header}\r\n${row}\r\n`);
});

afterAll(async () => {
  await store.disconnect();
  await stack?.stop();
  await store.remove();
});

describe('a list that is none, given to probity import', () => {
  const lines = (...all: string[]): Buffer => bytes(`${all.join('\r\n')}\r\n`);
  const lacking = (): string => header.split('\t').slice(1).join('\t');
  const hostile: readonly [name: string, content: () => Buffer, code: string, place: RegExp][] = [
    ['a workbook', () => Buffer.concat([Buffer.from('504b0304', 'hex'), list]), 'SCH-003', /Excel workbook/],
    ['an archive', () => gzipSync(list), 'SCH-003', /gzip/i],
    ['UTF-16', () => Buffer.from(`\ufeff${list.toString('latin1')}`, 'utf16le'), 'SCH-003', /UTF-16/],
    ['a zero byte in a row', () => lines(header, `${row}\0`), 'SCH-003', /Line 2.*zero byte/],
    [
      'a quotation mark that never closes',
      () => lines(header, `"${row}`),
      'SCH-003',
      /line 2.*quoted field/i,
    ],
    [
      'a file cut off behind more rows than one block holds',
      () => lines(header, ...Array.from({ length: 1_200 }, () => row), `"${row}`),
      'SCH-003',
      /line 1202.*quoted field/i,
    ],
    ['a column missing', () => lines(lacking(), row), 'SCH-003', /lacks/],
    ['a column twice', () => lines(`${header}\tband`, `${row}\tRED`), 'SCH-003', /more than once/],
    ['an unknown column', () => lines(`${header}\tshoe-size`, `${row}\t9`), 'SCH-002', /[Ll]ine 1/],
    ['lines that end with CR alone', () => bytes(`${header}\r${row}\r`), 'SCH-003', /CR LF or LF/],
    ['no header', () => lines(row), 'SCH-003', /column names/],
    ['nothing', () => Buffer.alloc(0), 'SCH-003', /empty/],
  ];
  const places = hostile.map(([name], index) => ({ name, borough: BOROUGH_CODES[index] ?? '' }));
  let end: ProcessEnd;

  // One command for all of them, each as the list of another borough.
  beforeAll(async () => {
    const folder = store.outside('hostile', 'lists');
    mkdirSync(folder, { recursive: true });
    for (const [index, { borough }] of places.entries())
      writeFileSync(`${folder}/${borough}.csv`, hostile[index]?.[1]() ?? '');
    end = await store.probity('import', folder);
  });

  it.each(hostile)('is refused with its place and a remedy: %s', (name, _, code, said) => {
    const borough = places.find((each) => each.name === name)?.borough ?? '';
    const told = end.stderr.split('\n').filter((line) => line.startsWith(`${borough}: `));
    expect(told).toEqual([
      expect.stringContaining(`${borough}: failed (${code})`),
      expect.stringMatching(new RegExp(`\\. [A-Z].*\\. \\(${code}\\)$`)),
    ]);
    expect(told[1]).toMatch(said);
  });

  it('is none of which anything is entered or told beyond its place', async () => {
    expect(end.code).toBe(1);
    expect(end.stdout + end.stderr).not.toMatch(new RegExp(`${CONTENT}|^ +at `, 'm'));
    expect(await eventsOfLists()).toBe(0);
    const windows = await store.rows(
      'probity_events',
      `SELECT 1 FROM governance.migration_window WHERE state <> 'open'`,
    );
    expect(windows).toEqual([]);
  });

  it('is told with --json as a problem with its line, column and byte', async () => {
    const path = fileOf('json', lines(header, `${row}\0`));
    const { code, stdout } = await store.probity('import', path, '--json');
    expect(code).toBe(1);
    const { files } = JSON.parse(stdout) as { files: object[] };
    const [line, byte] = [2, header.length + 2 + row.length + 1];
    expect(files).toEqual([
      expect.objectContaining({
        result: 'failed',
        problem: {
          code: 'SCH-003',
          title: 'The list cannot be read',
          detail: expect.stringContaining(
            `Line ${String(line)}, column 56 (byte ${String(byte)})`,
          ) as unknown,
          remedy: expect.stringMatching(/^[A-Z].*\.$/) as unknown,
          ...{ line, column: 56, byte },
        },
      }),
    ]);
  });

  it('is refused with its groups, when it is those that cannot be read', async () => {
    const path = fileOf('with-groups', list);
    const groups = store.outside('hostile', 'groups.csv');
    writeFileSync(groups, `group,borough,designated_on,last_audit\n${CONTENT},${BOROUGH},2026-01-01,\n`);
    expect(await refuse(path, '--groups', groups)).toMatch(/lacks qualifying_members.*\(SCH-003\)/s);
  });

  it('is refused as a whole when its place is none of the 32 boroughs', async () => {
    const folder = store.outside('hostile', 'places');
    mkdirSync(folder, { recursive: true });
    for (const name of ['E09000001.csv', 'E09000034.csv', 'some.csv'])
      writeFileSync(`${folder}/${name}`, list);
    const [city, unknown] = [`${folder}/E09000001.csv`, `${folder}/E09000034.csv`];
    for (const words of [[city], [`${folder}/some.csv`, '--borough', 'E09000001']])
      expect(await refuse(words[0] ?? '', ...words.slice(1))).toMatch(/City of London.*\(SCH-004\)/s);
    expect(await refuse(unknown)).toContain('(SCH-004)');
  });
});

describe('a client that lies', () => {
  const [officer, stranger] = [`officer-${BOROUGH}`, `officer-${OTHER}`];
  let client: ImportClient;

  beforeAll(() => {
    client = new ImportClient(store, officer);
  });

  /** Announces a file of this hash and sends another body. @returns the answer, and what became of the import */
  async function send(hash: string, body: Buffer | Readable): Promise<{ status: number; job: unknown }> {
    const { body: created } = await client.announce(announced(hash));
    const { status } = await client.upload(created?.id, 'file', body);
    return { status, job: await client.ended(created?.id) };
  }

  const failedWith = (code: string): object => ({ state: 'failed', problem: { code } });

  afterEach(async () => {
    expect(await eventsOfLists()).toBe(0);
    // A run removes what it read just after it has said that it ended.
    expect(
      await waitUntil(() => Promise.resolve(readdirSync(store.home.path('spool')).length === 0), 60_000),
    ).toBe(true);
  });

  it('sends another file than it announced, and none of it is read', async () => {
    const sent = await send('1'.repeat(64), list);
    expect(sent).toMatchObject({ status: 422, job: failedWith('IMP-002') });
  });

  it('breaks off in the middle, and none of it is read', async () => {
    const { body } = await client.announce(announced(list));
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(list.subarray(0, 40));
      throw new Error('gone');
    }
    await expect(client.upload(body?.id, 'file', Readable.from(broken()))).rejects.toThrow();
    expect(await client.ended(body?.id)).toMatchObject(failedWith('IMP-004'));
  });

  it('says less than it sends, or more, or both at once', async () => {
    const octets = ['Connection: close', 'Content-Type: application/octet-stream'];
    const length = (bytes: number): string => `Content-Length: ${String(bytes)}`;
    const attempt = async (...headers: string[]): Promise<[string, unknown]> => {
      const { body } = await client.announce(announced(list));
      const { text } = await client.uploadRaw(body?.id, { headers: [...octets, ...headers], body: [list] });
      return [text.slice(0, 12), await client.ended(body?.id)];
    };
    expect(await attempt(length(list.length - 4))).toEqual([
      'HTTP/1.1 400',
      expect.objectContaining({ state: 'failed' }),
    ]);
    const [, tooMuch] = await attempt(length(list.length + 1));
    expect(tooMuch).toMatchObject(failedWith('IMP-004'));
    // Whoever believes the one and whoever believes the other would see two requests.
    expect(await attempt(length(list.length), 'Transfer-Encoding: chunked')).toEqual([
      'HTTP/1.1 400',
      expect.objectContaining({ state: 'awaiting-upload' }),
    ]);
  });

  it('packs what it sends, or sends a form, and is told how to send it', async () => {
    const { body } = await client.announce(announced(list));
    const packed = await client.upload(body?.id, 'file', gzipSync(list), { 'content-encoding': 'gzip' });
    const form = await client.upload(body?.id, 'file', list, { 'content-type': 'multipart/form-data' });
    expect([packed, form].map(({ status, body: told }) => [status, told?.code])).toEqual([
      [415, 'HTTP-415'],
      [415, 'HTTP-415'],
    ]);
    expect(await client.ended(body?.id)).toMatchObject({ state: 'awaiting-upload' });
  });

  it('sends one import twice, and the second is not taken', async () => {
    const { body } = await client.announce(announced(list));
    expect((await client.upload(body?.id, 'file', list)).status).toBe(202);
    expect(await client.ended(body?.id)).toMatchObject({ state: 'completed' });
    expect(await client.upload(body?.id, 'file', list)).toMatchObject({
      status: 409,
      body: { code: 'STM-001' },
    });
  });

  it('announces or sends for a list that is another borough’s', async () => {
    const other = new ImportClient(store, stranger);
    expect(await other.announce(announced(list))).toMatchObject({ status: 403, body: { code: 'ACC-002' } });
    const own = await client.announce(announced(list));
    for (const part of ['file', 'groups'] as const)
      expect(await other.upload(own.body?.id, part, list)).toMatchObject({ status: 404 });
    expect(await client.ended(own.body?.id)).toMatchObject({ state: 'awaiting-upload' });
  });

  it('asks for the City of London', async () => {
    const borough = 'E09000001';
    const told = {
      status: 422,
      body: { code: 'SCH-004', detail: expect.stringContaining('police force') as unknown },
    };
    expect(await client.announce(announced(list, { borough }))).toMatchObject(told);
    expect(await window('', 'central-1', { ...WINDOW, borough })).toMatchObject(told);
  });

  it.each<[name: string, content: () => Buffer, status: number, code: string]>([
    ['a workbook', () => Buffer.from('504b030414000600', 'hex'), 422, 'SCH-003'],
    ['a zero byte', () => bytes(`${GROUPS}${CONTENT}\0,${BOROUGH},2026-01-01,,3\n`), 422, 'SCH-003'],
    ['a column too many', () => bytes(GROUPS.replace('\n', ',more\n')), 422, 'SCH-002'],
    ['a line without an end', () => Buffer.alloc(2 ** 20, 'x'), 422, 'SCH-003'],
    ['more than a groups file may hold', () => Buffer.alloc(9 * 2 ** 20, 'x\n'), 413, 'HTTP-413'],
  ])('sends groups that are none: %s', async (_, content, status, code) => {
    const { body } = await client.announce(announced(list, { groupsHash: sha256(content()) }));
    expect(await client.upload(body?.id, 'groups', content())).toMatchObject({ status, body: { code } });
    expect(await client.upload(body?.id, 'file', list)).toMatchObject({
      status: 409,
      body: { code: 'IMP-005' },
    });
  });

  it('sends other groups than it announced, or groups that it has not announced', async () => {
    for (const groupsHash of ['3'.repeat(64), null]) {
      const { body } = await client.announce(announced(list, { groupsHash }));
      const answer = await client.upload(body?.id, 'groups', bytes(GROUPS));
      expect(answer).toMatchObject({ status: 422, body: { code: 'IMP-002' } });
    }
  });

  it('enters with a window that is for another file, for other groups, not open, or none', async () => {
    const asked = await window('', 'central-1', WINDOW);
    const windowId = asked.body?.id;
    const foreign = async (content: object): Promise<void> => {
      const answer = await client.announce(announced(WINDOW.fileHash, { dryRun: false, ...content }));
      expect(answer).toMatchObject({ status: 409, body: { code: 'GOV-008' } });
    };
    await foreign({ windowId });
    expect((await window(`/${String(windowId)}/approve`, 'central-2', {})).status).toBe(200);
    await foreign({ windowId, fileHash: sha256(list) });
    await foreign({ windowId, groupsHash: sha256(list) });
    await foreign({ windowId: '00000000-0000-4000-8000-000000000000' });
  });

  it('sends a line that does not end: it is refused where it begins, and the memory of the service stays what it was', async () => {
    const piece = Buffer.alloc(1024 ** 2, 'x');
    function* endless(): Generator<Buffer> {
      yield bytes(`${header}\r\n`);
      for (let sent = 0; sent < LONG_LINE; sent += piece.length) yield piece;
    }
    const before = peakMemory(pidOfIngest());
    const { body } = await client.announce(announced('4'.repeat(64)));
    const headers = ['Content-Type: application/octet-stream', `Content-Length: ${String(2 * LONG_LINE)}`];
    const { text, sent } = await client.uploadRaw(body?.id, { headers, body: endless() });
    expect(text.slice(0, 12)).toBe('HTTP/1.1 422');
    expect(await client.ended(body?.id)).toMatchObject({
      problem: {
        code: 'SCH-003',
        line: 2,
        detail: expect.stringContaining('row that starts on line 2 is longer') as unknown,
      },
    });
    // Whoever goes on is cut off, and what was taken meanwhile is kept nowhere.
    expect(sent).toBeLessThan(LONG_LINE);
    if (before !== null) expect((peakMemory(pidOfIngest()) ?? 0) - before).toBeLessThan(MEMORY);
  });

  it('sends rows without number that are not what was announced, and the memory of the service stays what it was', async () => {
    const piece = bytes(`${row}\r\n`.repeat(1_000));
    function* rows(): Generator<Buffer> {
      yield bytes(`${header}\r\n`);
      for (let sent = 0; sent < MANY_ROWS; sent += piece.length) yield piece;
    }
    const before = peakMemory(pidOfIngest());
    expect(await send('5'.repeat(64), Readable.from(rows()))).toMatchObject({
      status: 422,
      job: failedWith('IMP-002'),
    });
    if (before !== null) expect((peakMemory(pidOfIngest()) ?? 0) - before).toBeLessThan(MEMORY);
  });
});

describe('what is kept of all this', () => {
  it('is no content of a cell and no stack trace, in no log and with no import', async () => {
    const needles = ['"frames"', CONTENT].map((form) => ({ form, bytes: bytes(form) }));
    expect(await searchFolder(store.home.path('logs'), needles)).toEqual([]);
    const log = readFileSync(store.home.logFile('borough-ingest'), 'utf8');
    expect(log).toContain('request refused');
    const jobs = await store.rows<{ t: string }>(
      'probity_events',
      'SELECT j::text AS t FROM ingest.import_job j',
    );
    expect(jobs.length).toBeGreaterThan(20);
    expect(jobs.filter(({ t }) => t.includes(CONTENT))).toEqual([]);
  });

  it('is a service that imports the true list afterwards, and no line of its groups that is of the City of London', async () => {
    const groups = store.outside('lists', 'groups.csv');
    const before = readFileSync(groups, 'utf8').trimEnd();
    writeFileSync(groups, `${before}\n${CONTENT},E09000001,2026-01-01,,3\n`);
    const { code, stderr } = await store.probity('import', store.outside('lists'), '--as-at', WINDOW.asAt);
    expect(code).toBe(0);
    const line = before.split('\n').length + 1;
    expect(stderr).toContain(`groups.csv line ${String(line)}: not used (SCH-004).`);
    expect(await eventsOfLists()).toBeGreaterThan(0);
  });

  it('[R-72] is that the list has been read: whoever announces it again is refused, and nothing is added', async () => {
    const path = store.outside('lists', `${BOROUGH}.csv`);
    const content = { ...announced(readFileSync(path)), dryRun: false };
    const events = await eventsOfLists();
    const answer = await new ImportClient(store, `officer-${BOROUGH}`).announce(content);
    expect(answer).toMatchObject({ status: 409, body: { code: 'GOV-007' } });
    expect(await eventsOfLists()).toBe(events);
  });
});

/** Most memory that a process has ever held, in bytes; null where the system does not tell. */
function peakMemory(pid: number): number | null {
  const file = `/proc/${String(pid)}/status`;
  if (!existsSync(file)) return null;
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}
