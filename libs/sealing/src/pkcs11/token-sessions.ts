import { lstat, readFile } from 'node:fs/promises';
import type { Handle } from 'pkcs11js';
import { KeyProviderError, providerClosed } from '../key-provider.js';
import { codeOf, type Cryptoki } from './cryptoki.js';

/** How to get into a token. */
export interface TokenAccess {
  /** Its label, as it was given when the token was initialised. */
  readonly label: string;
  /** File with the user's PIN, mode 0600. */
  readonly pinFile: string;
}

/** Sessions that work at once: a token does little more in parallel, and each may be a connection. */
const SESSIONS = 4;

/** Sessions with a token. Each works for one caller at a time; a lost one is opened anew, once. */
export class TokenSessions {
  readonly #idle: Handle[] = [];
  readonly #waiting: (() => void)[] = [];
  #lent = 0;
  #isClosed = false;

  constructor(
    private readonly cryptoki: Cryptoki,
    private readonly access: TokenAccess,
  ) {}

  /**
   * Lend a session. When the token has lost it, the work is done again from its beginning in a new one.
   *
   * @throws KeyProviderError when no session can be had
   */
  async with<T>(work: (session: Handle) => T | Promise<T>): Promise<T> {
    while (this.#lent >= SESSIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent += 1;
    try {
      try {
        return await this.#once(work);
      } catch (error) {
        if (this.#isClosed || !this.#isLost(error)) throw error;
        // What the token lost, it lost for all of them.
        this.#discardIdle();
        return await this.#once(work);
      }
    } finally {
      this.#lent -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends every session. */
  close(): void {
    this.#isClosed = true;
    this.#discardIdle();
  }

  async #once<T>(work: (session: Handle) => T | Promise<T>): Promise<T> {
    if (this.#isClosed) throw providerClosed();
    const session = this.#idle.pop() ?? (await this.#open());
    let isSound = false;
    try {
      const result = await work(session);
      isSound = true;
      return result;
    } finally {
      // After a failure the token may hold a half-done operation in the session: it is not used again.
      if (isSound && !this.#isClosed) this.#idle.push(session);
      else this.#end(session);
    }
  }

  async #open(): Promise<Handle> {
    const { binding, module } = this.cryptoki;
    const pin = await readPin(this.access.pinFile);
    try {
      const session = module.C_OpenSession(this.#slot(), binding.CKF_SERIAL_SESSION | binding.CKF_RW_SESSION);
      try {
        module.C_Login(session, binding.CKU_USER, pin);
      } catch (error) {
        if (codeOf(error) !== binding.CKR_USER_ALREADY_LOGGED_IN) {
          this.#end(session);
          throw error;
        }
      }
      return session;
    } catch (error) {
      if (error instanceof KeyProviderError) throw error;
      throw new KeyProviderError(
        'the token lets nobody in',
        'Check that PKCS11_PIN_FILE holds the PIN of the user of the token, and that the PIN is not locked.',
      );
    }
  }

  #slot(): Handle {
    const { module } = this.cryptoki;
    const slot = module
      .C_GetSlotList(true)
      .find((each) => module.C_GetTokenInfo(each).label.trim() === this.access.label);
    if (slot !== undefined) return slot;
    throw new KeyProviderError(
      'there is no token of this label',
      'Set PKCS11_TOKEN to the label of an initialised token, and check that it is connected.',
    );
  }

  #isLost(error: unknown): boolean {
    const { binding } = this.cryptoki;
    const code = codeOf(error);
    return [
      ...[binding.CKR_SESSION_HANDLE_INVALID, binding.CKR_SESSION_CLOSED, binding.CKR_USER_NOT_LOGGED_IN],
      ...[binding.CKR_DEVICE_REMOVED, binding.CKR_DEVICE_ERROR, binding.CKR_TOKEN_NOT_PRESENT],
    ].some((each) => each === code);
  }

  #discardIdle(): void {
    for (const session of this.#idle.splice(0)) this.#end(session);
  }

  #end(session: Handle): void {
    try {
      this.cryptoki.module.C_CloseSession(session);
    } catch {
      // The token has lost it already.
    }
  }
}

/** The PIN, without the end of its line. @throws KeyProviderError when the file is missing, empty or open to others */
async function readPin(path: string): Promise<string> {
  const status = await lstat(path).catch(() => null);
  if (status === null || !status.isFile())
    throw new KeyProviderError(
      'the file with the PIN cannot be read',
      'Set PKCS11_PIN_FILE to a file of mode 0600 that holds the PIN and nothing else.',
    );
  if ((status.mode & 0o077) !== 0 || status.uid !== (process.getuid?.() ?? status.uid))
    throw new KeyProviderError(
      'others than the owner may reach the file with the PIN',
      'Give it mode 0600, owned by the user that runs the vault.',
    );
  const pin = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  if (pin !== '') return pin;
  throw new KeyProviderError('the file with the PIN is empty', 'Write the PIN into it.');
}
