import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { deriveIndexKey, KEY_BYTES, KeyProviderError, pepperAad, zeroise } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import { EpochRegistry } from '../epochs/epoch-registry.js';
import { cannotStart, KEY_PROVIDER } from '../keys/key-provider.js';

const PURPOSE = 'row-index';

interface PepperRow {
  readonly wrapped: Buffer;
  readonly epoch: number;
}

/**
 * The pepper behind the keys by which ingest recognises a borough's row again. Made once, at the first start.
 *
 * Unwrapping it at every start also proves that database and key provider belong together.
 */
@Injectable()
export class IndexPepperVault implements OnModuleInit {
  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(EpochRegistry) private readonly epochs: EpochRegistry,
  ) {}

  /** @throws ConfigError when the pepper does not open under the key-encryption keys that are here. */
  async onModuleInit(): Promise<void> {
    if ((await this.find()) === undefined) await this.create();
    try {
      zeroise(await this.unwrapped());
    } catch (error) {
      throw error instanceof KeyProviderError ? cannotStart(error) : error;
    }
  }

  /** The row key of a borough, 32 bytes; the caller zeroises it. */
  async indexKey(borough: string): Promise<Buffer> {
    const pepper = await this.unwrapped();
    try {
      return deriveIndexKey(pepper, borough);
    } finally {
      zeroise(pepper);
    }
  }

  private async unwrapped(): Promise<Buffer> {
    const row = await this.stored();
    try {
      return await this.unwrap(row);
    } catch (error) {
      // Rewrapped since the row was read, and the old key is gone: what stands there now opens, or nothing does.
      if (error instanceof KeyProviderError && error.fault === 'no-epoch')
        return this.unwrap(await this.stored());
      throw error;
    }
  }

  private unwrap({ epoch, wrapped }: PepperRow): Promise<Buffer> {
    return this.provider.unwrap(epoch, wrapped, pepperAad(PURPOSE, epoch));
  }

  private async stored(): Promise<PepperRow> {
    const row = await this.find();
    if (row === undefined) throw new Error('the pepper is gone from the database');
    return row;
  }

  private async find(): Promise<PepperRow | undefined> {
    const found = await this.pool.query<PepperRow>(
      'SELECT wrapped, epoch FROM vault.index_pepper WHERE purpose = $1',
      [PURPOSE],
    );
    return found.rows[0];
  }

  private create(): Promise<void> {
    return this.epochs.underCurrent(async (epoch) => {
      const pepper = randomBytes(KEY_BYTES);
      const wrapped = await this.provider.wrap(epoch, pepper, pepperAad(PURPOSE, epoch));
      zeroise(pepper);
      // Of two vaults that start at once, the first one's pepper stays.
      await this.pool.query(
        `INSERT INTO vault.index_pepper (purpose, wrapped, epoch, issued_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (purpose) DO NOTHING`,
        [PURPOSE, wrapped, epoch, this.clock.now()],
      );
    });
  }
}
