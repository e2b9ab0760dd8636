import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { deriveIndexKey, KEY_BYTES, KeyProviderError, pepperAad, zeroise } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import { EpochRegistry } from '../epochs/epoch-registry.js';
import { cannotStart, KEY_PROVIDER } from '../keys/key-provider.js';

/** What peppers are for: rows of lists that are recognised again, and people who are searched for. One for each, so that tokens of one say nothing of the other. */
const PURPOSES = ['row-index', 'search'] as const;

/** What a pepper is for. */
type PepperPurpose = (typeof PURPOSES)[number];

interface PepperRow {
  readonly wrapped: Buffer;
  readonly epoch: number;
}

/**
 * The peppers behind keyed hashes: wrapped by the epoch like every key, and never out of this process. Made once, at the first start
 * of a vault that knows their purpose.
 *
 * Unwrapping them at every start also proves that database and key provider belong together.
 */
@Injectable()
export class PepperVault implements OnModuleInit {
  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(EpochRegistry) private readonly epochs: EpochRegistry,
  ) {}

  /** @throws ConfigError when a pepper does not open under the key-encryption keys that are here. */
  async onModuleInit(): Promise<void> {
    for (const purpose of PURPOSES) {
      if ((await this.find(purpose)) === undefined) await this.create(purpose);
      try {
        await this.use(purpose, () => undefined);
      } catch (error) {
        throw error instanceof KeyProviderError ? cannotStart(error) : error;
      }
    }
  }

  /** The row key of a borough, 32 bytes; the caller zeroises it. */
  async indexKey(borough: string): Promise<Buffer> {
    return this.use('row-index', (pepper) => deriveIndexKey(pepper, borough));
  }

  /** Does something with a pepper in clear, 32 bytes; it is zeroised when that ends. */
  async use<T>(purpose: PepperPurpose, use: (pepper: Buffer) => T): Promise<T> {
    const pepper = await this.unwrapped(purpose);
    try {
      return use(pepper);
    } finally {
      zeroise(pepper);
    }
  }

  private async unwrapped(purpose: PepperPurpose): Promise<Buffer> {
    const row = await this.stored(purpose);
    try {
      return await this.unwrap(purpose, row);
    } catch (error) {
      // Rewrapped since the row was read, and the old key is gone: what stands there now opens, or nothing does.
      if (error instanceof KeyProviderError && error.fault === 'no-epoch')
        return this.unwrap(purpose, await this.stored(purpose));
      throw error;
    }
  }

  private unwrap(purpose: PepperPurpose, { epoch, wrapped }: PepperRow): Promise<Buffer> {
    return this.provider.unwrap(epoch, wrapped, pepperAad(purpose, epoch));
  }

  private async stored(purpose: PepperPurpose): Promise<PepperRow> {
    const row = await this.find(purpose);
    if (row === undefined) throw new Error('the pepper is gone from the database');
    return row;
  }

  private async find(purpose: PepperPurpose): Promise<PepperRow | undefined> {
    const found = await this.pool.query<PepperRow>(
      'SELECT wrapped, epoch FROM vault.index_pepper WHERE purpose = $1',
      [purpose],
    );
    return found.rows[0];
  }

  private create(purpose: PepperPurpose): Promise<void> {
    return this.epochs.underCurrent(async (epoch) => {
      const pepper = randomBytes(KEY_BYTES);
      const wrapped = await this.provider.wrap(epoch, pepper, pepperAad(purpose, epoch));
      zeroise(pepper);
      // Of two vaults that start at once, the first one's pepper stays.
      await this.pool.query(
        `INSERT INTO vault.index_pepper (purpose, wrapped, epoch, issued_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (purpose) DO NOTHING`,
        [purpose, wrapped, epoch, this.clock.now()],
      );
    });
  }
}
