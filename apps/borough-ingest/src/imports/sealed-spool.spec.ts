import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ImportKey } from './sealed-lines.js';
import { SealedSpool, UploadTooLarge } from './sealed-spool.js';

const NAME = 'Synvarnov, Kamir';

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

  async function readAll(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of spool.read(key, 'file')) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 700_000])(
    'gives back %i bytes as they came, with their hash',
    async (size) => {
      const bytes = randomBytes(size);
      const written = await spool.write(key, 'file', source(bytes, 10_007), 1_000_000);
      expect(written).toEqual({ hash: createHash('sha256').update(bytes).digest('hex'), bytes: size });
      expect((await readAll()).equals(bytes)).toBe(true);
    },
  );

  it('[R-61] holds no name in clear, not even while a list is being read', async () => {
    await spool.write(key, 'file', source(Buffer.from(`${NAME}\n`.repeat(30_000)), 65_536), 10_000_000);
    const [file] = await readdir(folder);
    const resting = await readFile(join(folder, file ?? ''));
    expect(resting.includes(NAME)).toBe(false);
    expect(resting.includes(Buffer.from(NAME).toString('base64').slice(0, 16))).toBe(false);
  });

  it('refuses an upload beyond its limit', async () => {
    await expect(spool.write(key, 'file', source(Buffer.alloc(2_000), 100), 1_999)).rejects.toThrow(
      UploadTooLarge,
    );
  });

  it('notices pieces that were cut off, exchanged or put in from another upload', async () => {
    await spool.write(key, 'file', source(randomBytes(900_000), 65_536), 1_000_000);
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
    await spool.write(key, 'file', source(Buffer.from('a'), 1), 10);
    await spool.write(key, 'groups', source(Buffer.from('b'), 1), 10);
    await spool.remove(key.jobId);
    expect(await readdir(folder)).toEqual([]);
  });
});
