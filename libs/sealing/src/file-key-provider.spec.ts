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
  return {
    open: () => FileKeyProvider.open({ directory: join(root, 'kek') }),
    remove: async () => {
      rmSync(root, { recursive: true });
    },
  };
});

describe('the directory of the file key provider', () => {
  let root: string;
  let directory: string;
  const opened = (): Promise<FileKeyProvider> => FileKeyProvider.open({ directory });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'probity-kek-'));
    directory = join(root, 'kek');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const withKey = async (): Promise<void> => {
    const provider = await opened();
    await provider.createEpoch(1);
    await provider.close();
  };

  it('[R-52] is made for the owner alone, as is each key of 32 bytes', async () => {
    await withKey();
    expect(readdirSync(directory)).toEqual(['epoch-000001.key']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const key = statSync(join(directory, 'epoch-000001.key'));
    expect([key.mode & 0o777, key.size]).toEqual([0o600, 32]);
  });

  it('[R-61] gets a key only when one is asked for', async () => {
    expect(await (await opened()).epochs()).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('[R-62] holds nothing of a destroyed key, and nobody says that the medium forgot it', async () => {
    await withKey();
    const provider = await opened();
    await provider.destroyEpoch(1);
    expect(readdirSync(directory)).toEqual([]);
    expect(provider.destructionAssured).toBe(false);
  });

  it('[R-52] is refused when anybody but the owner may read it', async () => {
    await withKey();
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
