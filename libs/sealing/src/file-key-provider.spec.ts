import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeKeyProvider } from '../test/key-provider.contract.js';
import { FileKeyProvider } from './file-key-provider.js';
import { KeyProviderError } from './key-provider.js';

describeKeyProvider('file', async () => {
  const root = mkdtempSync(join(tmpdir(), 'probity-kek-'));
  const directory = join(root, 'kek');
  let epochs = 1;
  return {
    open: () => FileKeyProvider.open({ directory, createIfAbsent: true }),
    addEpoch: async () => {
      epochs += 1;
      writeFileSync(join(directory, `epoch-00000${String(epochs)}.key`), randomBytes(32), { mode: 0o600 });
    },
    remove: async () => {
      rmSync(root, { recursive: true });
    },
  };
});

describe('the directory of the file key provider', () => {
  let root: string;
  let directory: string;
  const opened = (): Promise<FileKeyProvider> => FileKeyProvider.open({ directory, createIfAbsent: false });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'probity-kek-'));
    directory = join(root, 'kek');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('[R-52] is made for the owner alone, with one key of 32 bytes', async () => {
    await (await FileKeyProvider.open({ directory, createIfAbsent: true })).close();
    expect(readdirSync(directory)).toEqual(['epoch-000001.key']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const key = statSync(join(directory, 'epoch-000001.key'));
    expect([key.mode & 0o777, key.size]).toEqual([0o600, 32]);
  });

  it('[R-61] is never given a new key where one was lost', async () => {
    await expect(opened()).rejects.toThrow(KeyProviderError);
    mkdirSync(directory, { mode: 0o700 });
    await expect(opened()).rejects.toThrow('there is no key-encryption key');
  });

  it('[R-61] keeps the key that is there when it may make one', async () => {
    const first = await FileKeyProvider.open({ directory, createIfAbsent: true });
    const wrapped = await first.wrap(1, Buffer.alloc(32, 1), Buffer.of());
    const second = await FileKeyProvider.open({ directory, createIfAbsent: true });
    expect(await second.unwrap(1, wrapped, Buffer.of())).toEqual(Buffer.alloc(32, 1));
  });

  it('[R-52] is refused when anybody but the owner may read it', async () => {
    await (await FileKeyProvider.open({ directory, createIfAbsent: true })).close();
    chmodSync(join(directory, 'epoch-000001.key'), 0o640);
    await expect(opened()).rejects.toThrow('others than the owner');
    chmodSync(join(directory, 'epoch-000001.key'), 0o600);
    chmodSync(directory, 0o755);
    await expect(opened()).rejects.toThrow('others than the owner');
  });

  it('is refused when a key has another size or is a link to elsewhere', async () => {
    mkdirSync(directory, { mode: 0o700 });
    const key = join(directory, 'epoch-000001.key');
    writeFileSync(key, Buffer.alloc(31), { mode: 0o600 });
    await expect(opened()).rejects.toThrow('is not a file of 32 bytes');
    rmSync(key);
    writeFileSync(join(root, 'elsewhere'), Buffer.alloc(32), { mode: 0o600 });
    symlinkSync(join(root, 'elsewhere'), key);
    await expect(opened()).rejects.toThrow(KeyProviderError);
  });
});
