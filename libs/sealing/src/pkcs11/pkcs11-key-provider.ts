import { randomBytes } from 'node:crypto';
import type { AesGCM, Handle, Mechanism } from 'pkcs11js';
import { KEY_BYTES } from '../hkdf.js';
import type { KeyProvider } from '../key-provider.js';
import { epochDigits, KeyProviderError, noSuchEpoch, notAuthentic, providerClosed } from '../key-provider.js';
import { zeroise } from '../zeroise.js';
import { codeOf, openCryptoki, type Cryptoki } from './cryptoki.js';
import { TokenKeys } from './token-keys.js';
import { TokenSessions } from './token-sessions.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Where the token is and which keys in it are ours. */
export interface Pkcs11KeyProviderOptions {
  /** Path of the token's PKCS#11 module, a shared library. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** File with the PIN of the token's user, mode 0600. */
  readonly pinFile: string;
  /** Name of the store, before the label of each of its keys: a token may hold those of several. */
  readonly store: string;
}

/**
 * Key-encryption keys inside a PKCS#11 token. They are made there, do not leave it, and are destroyed there.
 *
 * A wrapped key has the form of the `file` provider: nonce (12 bytes), ciphertext (32), tag (16) of AES-256-GCM. The
 * nonce is drawn here, since few tokens do it; ciphertext and tag are the token's work.
 */
export class Pkcs11KeyProvider implements KeyProvider {
  readonly name = 'pkcs11';
  /** A token destroys objects by itself; a software token leaves that to the disk, so nothing is assured for one. */
  readonly destructionAssured: boolean;
  readonly #sessions: TokenSessions;
  readonly #keys: TokenKeys;
  readonly #handles = new Map<number, Handle>();
  #isClosed = false;

  private constructor(
    private readonly cryptoki: Cryptoki,
    options: Pkcs11KeyProviderOptions,
  ) {
    this.#sessions = new TokenSessions(cryptoki, { label: options.token, pinFile: options.pinFile });
    this.#keys = new TokenKeys(cryptoki, options.store);
    const { libraryDescription, manufacturerID } = cryptoki.module.C_GetInfo();
    this.destructionAssured = !/softhsm/i.test(`${libraryDescription} ${manufacturerID}`);
  }

  /**
   * Load the module and look into the token.
   *
   * @throws KeyProviderError when the module cannot be loaded, the token is missing or the PIN does not open it
   */
  static async open(options: Pkcs11KeyProviderOptions): Promise<Pkcs11KeyProvider> {
    const provider = new Pkcs11KeyProvider(await openCryptoki(options.module), options);
    try {
      await provider.epochs();
      return provider;
    } catch (error) {
      await provider.close();
      throw error;
    }
  }

  epochs(): Promise<readonly number[]> {
    return this.#answer(() => this.#sessions.with((session) => this.#keys.list(session)));
  }

  async createEpoch(epoch: number): Promise<void> {
    epochDigits(epoch);
    await this.#answer(() =>
      this.#sessions.with((session) => {
        if (this.#keys.find(session, epoch) === undefined) this.#keys.generate(session, epoch);
      }),
    );
  }

  async destroyEpoch(epoch: number): Promise<void> {
    epochDigits(epoch);
    this.#handles.delete(epoch);
    await this.#answer(() =>
      this.#sessions.with((session) => {
        this.#keys.destroy(session, epoch);
      }),
    );
  }

  async wrap(epoch: number, key: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${String(KEY_BYTES)} bytes`);
    const { module } = this.cryptoki;
    const nonce = randomBytes(NONCE_BYTES);
    const copy = Buffer.from(key);
    try {
      const sealed = await this.#withKey(epoch, async (session, handle) => {
        module.C_EncryptInit(session, this.#mechanism(nonce, aad), handle);
        return module.C_EncryptAsync(session, copy, Buffer.alloc(KEY_BYTES + TAG_BYTES));
      });
      return Buffer.concat([nonce, sealed], WRAPPED_BYTES);
    } finally {
      zeroise(copy);
    }
  }

  async unwrap(epoch: number, wrapped: Uint8Array, aad: Uint8Array): Promise<Buffer> {
    const { module } = this.cryptoki;
    const room = Buffer.alloc(WRAPPED_BYTES);
    try {
      return await this.#withKey(epoch, async (session, handle) => {
        if (wrapped.length !== WRAPPED_BYTES) throw notAuthentic();
        const mechanism = this.#mechanism(wrapped.subarray(0, NONCE_BYTES), aad);
        module.C_DecryptInit(session, mechanism, handle);
        const sealed = Buffer.from(wrapped.subarray(NONCE_BYTES));
        return Buffer.from(await module.C_DecryptAsync(session, sealed, room));
      });
    } catch (error) {
      throw this.#isForged(error) ? notAuthentic() : error;
    } finally {
      zeroise(room);
    }
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#sessions.close();
      this.cryptoki.release();
    }
    return Promise.resolve();
  }

  /** Handles are those of the token's application, not of a session; a key that is gone is looked for once more. */
  async #withKey<T>(epoch: number, use: (session: Handle, key: Handle) => Promise<T>): Promise<T> {
    try {
      return await this.#answer(() =>
        this.#sessions.with(async (session) => use(session, this.#handleOf(session, epoch))),
      );
    } catch (error) {
      const { CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID } = this.cryptoki.binding;
      const code = codeOf(error instanceof KeyProviderError ? error.cause : error);
      if (code !== CKR_KEY_HANDLE_INVALID && code !== CKR_OBJECT_HANDLE_INVALID) throw error;
      this.#handles.delete(epoch);
      return this.#answer(() =>
        this.#sessions.with(async (session) => use(session, this.#handleOf(session, epoch))),
      );
    }
  }

  #handleOf(session: Handle, epoch: number): Handle {
    const handle = this.#handles.get(epoch) ?? this.#keys.find(session, epoch);
    if (handle === undefined) throw noSuchEpoch();
    this.#handles.set(epoch, handle);
    return handle;
  }

  #mechanism(nonce: Uint8Array, aad: Uint8Array): Mechanism {
    const { binding } = this.cryptoki;
    const parameter: AesGCM = {
      type: binding.CK_PARAMS_AES_GCM,
      iv: Buffer.from(nonce),
      aad: Buffer.from(aad),
      ivBits: NONCE_BYTES * 8,
      tagBits: TAG_BYTES * 8,
    };
    return { mechanism: binding.CKM_AES_GCM, parameter };
  }

  /** What tokens say of a tag that does not fit; SoftHSM2 says only that something went wrong. */
  #isForged(error: unknown): boolean {
    const { binding } = this.cryptoki;
    const code = codeOf(error instanceof KeyProviderError ? error.cause : error);
    return [
      ...[binding.CKR_ENCRYPTED_DATA_INVALID, binding.CKR_ENCRYPTED_DATA_LEN_RANGE],
      binding.CKR_GENERAL_ERROR,
    ].some((each) => each === code);
  }

  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw providerClosed();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof KeyProviderError || codeOf(error) === undefined) throw error;
      const failed = new KeyProviderError(
        `the token answers ${(error as Error).message}`,
        'Look into the log of the token; restart the vault when it answers again.',
      );
      failed.cause = error;
      throw failed;
    }
  }
}
