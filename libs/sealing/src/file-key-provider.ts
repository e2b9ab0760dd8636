import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { KEY_BYTES } from './hkdf.js';
import { createKeyFile, destroyKeyFile, listKeyFiles, readKeyFile } from './key-files.js';
import type { KeyProvider } from './key-provider.js';
import { noSuchEpoch, notAuthentic, providerClosed } from './key-provider.js';
import { zeroise } from './zeroise.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Milliseconds after which a key in memory is held only if its file is still there. */
const TRUSTED_MS = 500;

/** Where the `file` provider keeps its keys. */
export interface FileKeyProviderOptions {
  /**
   * Directory of the keys, mode 0700, made where it is missing; each key is 32 raw bytes in `epoch-<six digits>.key`,
   * mode 0600.
   */
  readonly directory: string;
}

/**
 * Key-encryption keys in files, for local use with synthetic data: whoever reads the disk has the keys, and deleting a
 * file does not assure that the medium forgets it.
 *
 * A wrapped key is nonce (12 bytes), ciphertext (32) and tag (16) of AES-256-GCM.
 */
export class FileKeyProvider implements KeyProvider {
  readonly name = 'file';
  readonly destructionAssured = false;
  readonly #keys = new Map<number, Buffer>();
  #readAt = 0;
  #reading: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;
  #isClosed = false;

  private constructor(private readonly directory: string) {}

  /**
   * Read every epoch's key.
   *
   * @throws KeyProviderError when a file does not hold 32 bytes, or when anyone but the owner may read the directory or
   *   a key.
   */
  static async open({ directory }: FileKeyProviderOptions): Promise<FileKeyProvider> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const provider = new FileKeyProvider(directory);
    await provider.#reread();
    return provider;
  }

  async epochs(): Promise<readonly number[]> {
    await this.#reread();
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  async createEpoch(epoch: number): Promise<void> {
    this.#requireOpen();
    await createKeyFile(this.directory, epoch);
    await this.#reread();
  }

  async destroyEpoch(epoch: number): Promise<void> {
    this.#requireOpen();
    await destroyKeyFile(this.directory, epoch);
    await this.#reread();
  }

  async wrap(epoch: number, key: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${String(KEY_BYTES)} bytes`);
    const kek = this.#recentKey(epoch) ?? (await this.#key(epoch));
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, kek, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(aad);
    const ciphertext = cipher.update(key);
    cipher.final();
    return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()], WRAPPED_BYTES);
  }

  async unwrap(epoch: number, wrapped: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    const kek = this.#recentKey(epoch) ?? (await this.#key(epoch));
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
  }

  close(): Promise<void> {
    this.#isClosed = true;
    zeroise(...this.#keys.values());
    this.#keys.clear();
    return Promise.resolve();
  }

  /** A key whose file was there a moment ago: no look at the disk for each of thousands. */
  #recentKey(epoch: number): Buffer | undefined {
    return performance.now() - this.#readAt < TRUSTED_MS ? this.#keys.get(epoch) : undefined;
  }

  async #key(epoch: number): Promise<Buffer> {
    await this.#reread();
    const key = this.#keys.get(epoch);
    if (key === undefined) throw noSuchEpoch();
    return key;
  }

  /**
   * Bring memory to what the directory holds now: another process may have made or destroyed a key. However many ask,
   * one reading is under way and one waits, which begins after all who share it have asked.
   */
  #reread(): Promise<void> {
    this.#requireOpen();
    return (this.#waiting ??= (async () => {
      await this.#reading?.catch(() => undefined);
      this.#reading = this.#waiting;
      this.#waiting = undefined;
      await this.#readAll();
    })());
  }

  async #readAll(): Promise<void> {
    const found = await listKeyFiles(this.directory);
    for (const epoch of found)
      if (!this.#keys.has(epoch)) this.#keys.set(epoch, await readKeyFile(this.directory, epoch));
    for (const [epoch, key] of this.#keys) {
      if (found.includes(epoch)) continue;
      zeroise(key);
      this.#keys.delete(epoch);
    }
    this.#readAt = performance.now();
    if (this.#isClosed) await this.close();
    this.#requireOpen();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw providerClosed();
  }
}
