import type { VaultClient } from '@probity/sealing';
import { zeroise } from '@probity/sealing';

/** A key that the vault has just issued for a new record. */
export interface FreshKey {
  readonly recordId: string;
  readonly dekVersion: number;
  readonly dek: Buffer;
}

/** Role family of the records that a pool is for. */
export type KeyFamily = 'matrix' | 'safeguarding' | 'group';

/**
 * Fresh keys for the new records of one import. A key is taken when a row may become a record and given back when it
 * does not, so that refused rows cost no key.
 */
export class KeyPool {
  readonly #free = new Map<KeyFamily, FreshKey[]>();

  constructor(
    private readonly vault: Pick<VaultClient, 'freshKeys'>,
    private readonly borough: string,
  ) {}

  /** Have at least `count` keys of a family at hand. */
  async fill(family: KeyFamily, count: number): Promise<void> {
    const free = this.#free.get(family) ?? [];
    if (free.length >= count) return;
    free.push(...(await this.vault.freshKeys({ borough: this.borough, family, count: count - free.length })));
    this.#free.set(family, free);
  }

  /** @throws Error when the pool was not filled: a defect. */
  take(family: KeyFamily): FreshKey {
    const key = this.#free.get(family)?.pop();
    if (!key) throw new Error('the key pool was not filled');
    return key;
  }

  /** Give back a key that no record was made with. */
  giveBack(family: KeyFamily, key: FreshKey): void {
    this.#free.get(family)?.push(key);
  }

  /** Wipe what is left. */
  clear(): void {
    for (const keys of this.#free.values()) for (const key of keys) zeroise(key.dek);
    this.#free.clear();
  }
}
