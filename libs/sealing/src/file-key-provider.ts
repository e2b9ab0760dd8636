import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES } from './hkdf.js';
import type { KeyProvider } from './key-provider.js';
import { KeyProviderError } from './key-provider.js';
import { zeroise } from './zeroise.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const KEY_FILE = /^epoch-(\d{6})\.key$/;
const OTHERS = 0o077;

/** Where the `file` provider keeps its keys, and whether it may make the first one. */
export interface FileKeyProviderOptions {
  /** Directory of the keys, mode 0700; each key is 32 raw bytes in `epoch-<six digits>.key`, mode 0600. */
  readonly directory: string;
  /** Make the directory and the key of epoch 1 when there is no key. Only for a synthetic store. */
  readonly createIfAbsent: boolean;
}

/**
 * Key-encryption keys in files, for local use with synthetic data: whoever reads the disk has the keys, and deleting a
 * file does not assure that the medium forgets it.
 *
 * A wrapped key is nonce (12 bytes), ciphertext (32) and tag (16) of AES-256-GCM.
 */
export class FileKeyProvider implements KeyProvider {
  readonly name = 'file';
  readonly #keys: Map<number, Buffer>;
  readonly #newest: number;

  private constructor(keys: Map<number, Buffer>) {
    this.#keys = keys;
    this.#newest = Math.max(...keys.keys());
  }

  /**
   * Read every epoch's key.
   *
   * @throws KeyProviderError when there is no key and none may be made, when a file does not hold 32 bytes, or when
   *   anyone but the owner may read the directory or a key.
   */
  static async open(options: FileKeyProviderOptions): Promise<FileKeyProvider> {
    if (options.createIfAbsent) await createFirstKey(options.directory);
    const keys = await readKeys(options.directory);
    if (keys.size === 0) {
      throw new KeyProviderError(
        'there is no key-encryption key',
        'Restore the keys of this store from their backup; a new key cannot open what was sealed before.',
      );
    }
    return new FileKeyProvider(keys);
  }

  currentEpoch(): Promise<number> {
    return this.#answer(() => {
      this.#key(this.#newest);
      return this.#newest;
    });
  }

  wrap(epoch: number, key: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    return this.#answer(() => {
      if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${String(KEY_BYTES)} bytes`);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, this.#key(epoch), nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(aad);
      const ciphertext = cipher.update(key);
      cipher.final();
      return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()], WRAPPED_BYTES);
    });
  }

  unwrap(epoch: number, wrapped: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    return this.#answer(() => {
      const kek = this.#key(epoch);
      if (wrapped.length !== WRAPPED_BYTES) throw notAuthentic();
      const nonce = wrapped.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, kek, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(aad);
      decipher.setAuthTag(wrapped.subarray(NONCE_BYTES + KEY_BYTES));
      const key = decipher.update(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES));
      try {
        decipher.final();
      } catch {
        zeroise(key);
        throw notAuthentic();
      }
      return key;
    });
  }

  close(): Promise<void> {
    zeroise(...this.#keys.values());
    this.#keys.clear();
    return Promise.resolve();
  }

  #key(epoch: number): Buffer {
    const key = this.#keys.get(epoch);
    if (key) return key;
    throw new KeyProviderError(
      'the key-encryption key of this epoch is not held',
      'If the provider was closed, restart the vault; if the epoch was destroyed, what it wrapped is gone for good.',
    );
  }

  #answer<T>(compute: () => T): Promise<T> {
    return new Promise((resolve) => {
      resolve(compute());
    });
  }
}

function notAuthentic(): KeyProviderError {
  return new KeyProviderError(
    'the wrapped key is not authentic',
    'Compare the database and the key directory: one of them belongs to another store or was altered.',
  );
}

async function createFirstKey(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).some((name) => KEY_FILE.test(name))) return;
  const key = randomBytes(KEY_BYTES);
  const file = await open(join(directory, 'epoch-000001.key'), 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
    zeroise(key);
  }
}

async function readKeys(directory: string): Promise<Map<number, Buffer>> {
  const keys = new Map<number, Buffer>();
  requirePrivate(await statusOf(directory));
  for (const name of (await readdir(directory)).sort()) {
    const epoch = Number(KEY_FILE.exec(name)?.[1] ?? 0);
    if (epoch < 1) continue;
    const path = join(directory, name);
    const status = await statusOf(path);
    requirePrivate(status);
    if (!status.isFile() || status.size !== KEY_BYTES) {
      throw new KeyProviderError(
        `the key of epoch ${String(epoch)} is not a file of ${String(KEY_BYTES)} bytes`,
        'Restore it from the backup of the key directory.',
      );
    }
    keys.set(epoch, await readFile(path));
  }
  return keys;
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
