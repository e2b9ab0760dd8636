import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ImportKey } from './sealed-lines.js';
import { OtherContent, SealedSpool, UploadTooLarge } from './sealed-spool.js';

const NAME = 'Synvarnov, Kamir';

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the spool of uploads', () => {
  let folder: string;
  let spool: SealedSpool;
  let key: ImportKey;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'));
    spool = new SealedSpool(folder);
    key = {
      jobId: randomUUID(),
      borough: 'E09000012',
      recordId: randomUUID(),
      dekVersion: 1,
      subkey: randomBytes(32),
    };
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function* source(bytes: Buffer, piece: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += piece) {
      await Promise.resolve();
      yield bytes.subarray(at, at + piece);
    }
  }

  const write = (bytes: Buffer, piece: number, part: 'file' | 'groups' = 'file'): Promise<number> =>
    spool.write(key, part, source(bytes, piece), { hash: hashOf(bytes), maxBytes: 10_000_000 });

  async function readAll(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of spool.read(key, 'file')) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 700_000])('gives back %i bytes as they came', async (size) => {
    const bytes = randomBytes(size);
    expect(await write(bytes, 10_007)).toBe(size);
    expect((await readAll()).equals(bytes)).toBe(true);
  });

  it('[R-61] holds no name in clear, not even while a list is being read', async () => {
    await write(Buffer.from(`${NAME}\n`.repeat(30_000)), 65_536);
    const [file] = await readdir(folder);
    const resting = await readFile(join(folder, file ?? ''));
    expect(resting.includes(NAME)).toBe(false);
    expect(resting.includes(Buffer.from(NAME).toString('base64').slice(0, 16))).toBe(false);
  });

  it('keeps nothing of an upload beyond its limit, with another hash, or that breaks off', async () => {
    const bytes = Buffer.alloc(2_000);
    const announced = { hash: hashOf(bytes), maxBytes: 2_000 };
    const tooLarge = spool.write(key, 'file', source(bytes, 100), { ...announced, maxBytes: 1_999 });
    await expect(tooLarge).rejects.toThrow(UploadTooLarge);
    const other = spool.write(key, 'groups', source(Buffer.alloc(1_999), 100), announced);
    await expect(other).rejects.toThrow(OtherContent);
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(bytes);
      throw new Error('connection lost');
    };
    await expect(spool.write(key, 'file', broken(), announced)).rejects.toThrow('connection lost');
    expect(await readdir(folder)).toEqual([]);
    expect(await spool.has(key.jobId, 'groups')).toBe(false);
  });

  it('gives what was announced although another content is sent for the same part meanwhile', async () => {
    const bytes = randomBytes(500_000);
    const announced = { hash: hashOf(bytes), maxBytes: 1_000_000 };
    const uploads = [bytes, randomBytes(500_000), bytes, randomBytes(10)].map((content) =>
      spool.write(key, 'file', source(content, 1_000), announced),
    );
    const ends = await Promise.allSettled(uploads);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect((await readAll()).equals(bytes)).toBe(true);
  });

  it('notices pieces that were cut off, exchanged or put in from another upload', async () => {
    await write(randomBytes(900_000), 65_536);
    const path = join(folder, `${key.jobId}.file`);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const [first, second, ...rest] = lines as [string, string, ...string[]];
    const changed = [lines.slice(0, -1), [second, first, ...rest], [first, ...rest], []];
    for (const each of changed) {
      await writeFile(path, each.map((line) => `${line}\n`).join(''));
      await expect(readAll()).rejects.toThrow();
    }
  });

  it('leaves nothing behind when a job is removed', async () => {
    await write(Buffer.from('a'), 1);
    await write(Buffer.from('b'), 1, 'groups');
    await writeFile(join(folder, `${key.jobId}.file.half`), 'sealed');
    await spool.remove(key.jobId);
    expect(await readdir(folder)).toEqual([]);
  });
});
