import { randomBytes, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES } from './hkdf.js';
import { epochDigits, KeyProviderError } from './key-provider.js';
import { zeroise } from './zeroise.js';

const KEY_FILE = /^epoch-(\d{6})\.key$/;
const OTHERS = 0o077;

/**
 * The numbers of the epochs that have a key file, ascending.
 *
 * @throws KeyProviderError when the directory cannot be read, or anyone but the owner may read it
 */
export async function listKeyFiles(directory: string): Promise<number[]> {
  requirePrivate(await statusOf(directory));
  const epochs = (await readdir(directory)).map((name) => Number(KEY_FILE.exec(name)?.[1] ?? 0));
  return epochs.filter((epoch) => epoch > 0).sort((a, b) => a - b);
}

/**
 * The key of an epoch.
 *
 * @throws KeyProviderError when the file does not hold 32 bytes, or anyone but the owner may read it
 */
export async function readKeyFile(directory: string, epoch: number): Promise<Buffer> {
  const path = pathOf(directory, epoch);
  const status = await statusOf(path);
  requirePrivate(status);
  if (status.isFile() && status.size === KEY_BYTES) return readFile(path);
  throw new KeyProviderError(
    `the key of epoch ${String(epoch)} is not a file of ${String(KEY_BYTES)} bytes`,
    'Restore it from the backup of the key directory.',
  );
}

/** Makes the key of an epoch, whole or not at all; a key that is there stays. */
export async function createKeyFile(directory: string, epoch: number): Promise<void> {
  const draft = join(directory, `.draft-${randomUUID()}`);
  await writeDurably(draft, randomBytes(KEY_BYTES), 'wx');
  try {
    // A link appears whole, and never takes the place of another key.
    await link(draft, pathOf(directory, epoch));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  await syncDirectory(directory);
}

/** Overwrites the key of an epoch and removes its file. What the medium keeps of it nobody can say. */
export async function destroyKeyFile(directory: string, epoch: number): Promise<void> {
  const path = pathOf(directory, epoch);
  try {
    await writeDurably(path, randomBytes(KEY_BYTES), 'r+');
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await syncDirectory(directory);
}

function pathOf(directory: string, epoch: number): string {
  return join(directory, `epoch-${epochDigits(epoch)}.key`);
}

async function writeDurably(path: string, bytes: Buffer, flags: 'wx' | 'r+'): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.write(bytes, 0, bytes.length, 0);
    await file.sync();
  } finally {
    await file.close();
    zeroise(bytes);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function statusOf(path: string): Promise<Stats> {
  try {
    return await lstat(path);
  } catch {
    throw new KeyProviderError(
      'the key directory cannot be read',
      'Start the stack once to make it, or restore it from its backup.',
    );
  }
}

function requirePrivate(status: Stats): void {
  const owner = process.getuid?.();
  const isForeign = owner !== undefined && status.uid !== owner;
  if ((status.mode & OTHERS) === 0 && !isForeign) return;
  throw new KeyProviderError(
    'others than the owner may reach the key-encryption keys',
    'Give the key directory mode 0700 and its files mode 0600, owned by the user that runs the vault.',
  );
}
