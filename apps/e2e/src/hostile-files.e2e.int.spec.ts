import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startStack, type RunningStack } from '@probity/local-stack';
import { writeList } from './lists.js';
import { Store } from './store.js';

const BOROUGH = 'E09000012';
const OTHER = 'E09000013';
/** Stands in cells of every list here: nothing that is said or kept may hold it. */
const CONTENT = 'Zuxiplon';
/** Bytes of the line that never ends; 2 GiB with `PROBITY_LONG_LINE_MB=2048`. */
const LONG_LINE = Number(process.env['PROBITY_LONG_LINE_MB'] ?? 192) * 1024 ** 2;
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
  it.each<[name: string, content: () => Buffer, code: string, place: RegExp]>([
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
    ['a column missing', () => lines(lacking(), row), 'SCH-003', /lacks/],
    ['a column twice', () => lines(`${header}\tband`, `${row}\tRED`), 'SCH-003', /more than once/],
    ['an unknown column', () => lines(`${header}\tshoe-size`, `${row}\t9`), 'SCH-002', /[Ll]ine 1/],
    ['lines that end with CR alone', () => bytes(`${header}\r${row}\r`), 'SCH-003', /CR LF or LF/],
    ['no header', () => lines(row), 'SCH-003', /column names/],
    ['nothing', () => Buffer.alloc(0), 'SCH-003', /empty/],
  ])(
    'is refused with its place and a remedy, and nothing of it is entered: %s',
    async (name, content, code, said) => {
      const told = await refuse(fileOf(name.replaceAll(' ', '-'), content()));
      expect(told).toMatch(said);
      expect(told).toContain(`(${code})`);
    },
  );

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
  const announced = (content: Buffer | string, more: object = {}) => ({
    ...{ borough: BOROUGH, fileName: `${BOROUGH}.csv`, groupsHash: null, dryRun: true },
    fileHash: typeof content === 'string' ? content : sha256(content),
    ...more,
  });
  const to = (as: string) => ({ process: 'borough-ingest', as }) as const;
  const announce = async (content: object, as = `analyst-${BOROUGH}`) =>
    store.call({ ...to(as), method: 'POST', path: '/v1/imports', content });
  const upload = async (id: unknown, body: Buffer | Readable, as = `analyst-${BOROUGH}`) =>
    store.call({
      ...to(as),
      ...{ method: 'PUT', path: `/v1/imports/${String(id)}/file` },
      body: body instanceof Readable ? body : Readable.from([body]),
      contentType: 'application/octet-stream',
    });
  const jobOf = async (id: unknown): Promise<string> => {
    for (;;) {
      const { body } = await store.call({ ...to(`analyst-${BOROUGH}`), path: `/v1/imports/${String(id)}` });
      const state = String(body?.state);
      if (state !== 'receiving' && state !== 'running') return JSON.stringify(body);
    }
  };

  it('sends another file than it announced, and none of it is read', async () => {
    const { body } = await announce(announced('1'.repeat(64)));
    await upload(body?.id, list);
    expect(await jobOf(body?.id)).toContain('IMP-002');
    expect(await eventsOfLists()).toBe(0);
  });

  it('breaks off in the middle, and none of it is read', async () => {
    const { body } = await announce(announced(list));
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(list.subarray(0, 40));
      throw new Error('gone');
    }
    await expect(upload(body?.id, Readable.from(broken()))).rejects.toThrow();
    expect(await jobOf(body?.id)).toContain('IMP-004');
    expect(await eventsOfLists()).toBe(0);
  });

  it('announces or sends for a list that is another borough’s', async () => {
    expect(await announce(announced(list), `analyst-${OTHER}`)).toMatchObject({
      status: 403,
      body: { code: 'ACC-002' },
    });
    const own = await announce(announced(list));
    expect(await upload(own.body?.id, list, `analyst-${OTHER}`)).toMatchObject({ status: 404 });
    await upload(own.body?.id, list);
  });

  it('asks for the City of London', async () => {
    expect(await announce(announced(list, { borough: 'E09000001' }))).toMatchObject({
      body: { code: 'SCH-004' },
    });
  });

  it('enters with a window that is not for this file, or for none', async () => {
    const asked = {
      ...{ borough: BOROUGH, fileHash: '2'.repeat(64), groupsHash: null, asAt: '2026-11-01T09:00:00Z' },
    };
    const governance = { process: 'governance', method: 'POST' } as const;
    const opened = await store.call({
      ...governance,
      as: 'central-1',
      path: '/v1/migration-windows',
      content: asked,
    });
    const approve = `/v1/migration-windows/${String(opened.body?.id)}/approve`;
    expect((await store.call({ ...governance, as: 'central-2', path: approve, content: {} })).status).toBe(
      200,
    );
    for (const windowId of [opened.body?.id, '00000000-0000-4000-8000-000000000000']) {
      const answer = await announce(announced(list, { dryRun: false, windowId }));
      const told = answer.status === 201 ? (await upload(answer.body?.id, list), await jobOf(answer.body?.id)) : JSON.stringify(answer.body); // prettier-ignore
      expect(told).toContain('GOV-008');
    }
    expect(await eventsOfLists()).toBe(0);
  });

  it('sends a line that does not end: it is refused where it begins, and the memory of the service stays what it was', async () => {
    const piece = Buffer.alloc(1024 ** 2, 'x');
    async function* endless(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(bytes(`${header}\r\n`));
      for (let sent = 0; sent < LONG_LINE; sent += piece.length) yield piece;
    }
    const hash = createHash('sha256');
    for await (const part of endless()) hash.update(part);
    const pid = store.pids().get('borough-ingest') ?? 0;
    const before = peakMemory(pid);
    const { body } = await announce(announced(hash.digest('hex')));
    await upload(body?.id, Readable.from(endless()));
    const told = await jobOf(body?.id);
    expect(told).toContain('SCH-003');
    expect(told).toMatch(/row that starts on line 2 is longer/);
    if (before !== null) expect((peakMemory(pid) ?? 0) - before).toBeLessThan(MEMORY);
    expect(await eventsOfLists()).toBe(0);
  });
});

describe('what is kept of all this', () => {
  it('is no content of a cell and no stack trace in any log', () => {
    const log = readFileSync(store.home.logFile('borough-ingest'), 'utf8');
    expect(log).not.toContain(CONTENT);
    expect(log).not.toMatch(/^ +at .*(reading|imports)/m);
  });

  it('is a service that imports the true list afterwards', async () => {
    const { code } = await store.probity('import', store.outside('lists'), '--as-at', '2026-11-01T09:00:00Z');
    expect(code).toBe(0);
    expect(await eventsOfLists()).toBeGreaterThan(0);
  });
});

/** Most memory that a process has ever held, in bytes; null where the system does not tell. */
function peakMemory(pid: number): number | null {
  const file = `/proc/${String(pid)}/status`;
  if (!existsSync(file)) return null;
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}
