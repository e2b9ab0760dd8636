import { randomBytes } from 'node:crypto';
import { accessKeyId } from '@probity/access-log';
import type { AccessKey, AccessKeySource } from '@probity/access-log';
import { Inject, Injectable } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { dekAad, deriveSubkey, KEY_BYTES, zeroise } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';
import { EpochRegistry } from '../epochs/epoch-registry.js';
import { DataKeyRepository } from '../keys/data-key.repository.js';
import type { DataKeyRow } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';
import { KEY_PROVIDER } from '../keys/key-provider.js';

const VERSION = 1;
/** Months whose subkey is kept at hand: this one, and the next around midnight. */
const MOST = 2;

/** The keys under which queries and justifications are sealed, one a month, made when first asked for. */
@Injectable()
export class AccessKeys implements AccessKeySource {
  readonly #known = new Map<string, AccessKey>();

  constructor(
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(EpochRegistry) private readonly epochs: EpochRegistry,
  ) {}

  async keyOf(month: string): Promise<AccessKey> {
    const known = this.#known.get(month);
    if (known !== undefined) return known;
    const recordId = accessKeyId(month);
    const row = (await this.repository.findNewest([recordId]))[0] ?? (await this.#make(recordId));
    const subkey = await this.vault.withKey(row, (dek) => deriveSubkey(dek, 'case'));
    if (subkey === null) throw new Error('the key of the month is destroyed');
    const key = { recordId, dekVersion: row.dekVersion, subkey };
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(month, key);
    return key;
  }

  /** Of two that make it at once, the first one's key stays. */
  #make(recordId: string): Promise<DataKeyRow> {
    return this.epochs.underCurrent(async (epoch) => {
      const dek = randomBytes(KEY_BYTES);
      const wrapped = await this.provider.wrap(epoch, dek, dekAad(recordId, VERSION, epoch));
      zeroise(dek);
      return this.repository.insertOnce(
        { recordId, dekVersion: VERSION, borough: 'central', family: 'access', epoch, wrapped },
        this.clock.now(),
      );
    });
  }
}
