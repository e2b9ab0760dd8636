import type { AccessKey, AccessKeySource } from './access-key.js';

/** How long a key that the vault has lent is used, in milliseconds of real time: as long as every other lease. */
const LENT_MS = 60_000;

interface Lent {
  readonly key: Promise<AccessKey>;
  readonly until: number;
}

/** Keys of the log as a service has them from the vault: by the month, and no longer than a lease. */
export class LentAccessKeys implements AccessKeySource {
  #lent = new Map<string, Lent>();

  constructor(private readonly vault: { accessKey(month: string): Promise<AccessKey> }) {}

  async keyOf(month: string): Promise<AccessKey> {
    const now = performance.now();
    const known = this.#lent.get(month);
    if (known !== undefined && known.until > now) return known.key;
    const key = this.vault.accessKey(month);
    this.#lent = new Map([[month, { key, until: now + LENT_MS }]]);
    // Whoever asks next asks the vault again; this one is told.
    key.catch(() => this.#lent.delete(month));
    return key;
  }
}
