import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigError, DomainClock } from '@probity/platform';
import { deriveIndexKey, KEY_BYTES, KeyProviderError, pepperAad, zeroise } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import { KEY_PROVIDER } from '../keys/key-provider.js';

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
  ) {}

  /** @throws ConfigError when the pepper does not open under the key-encryption keys that are here. */
  async onModuleInit(): Promise<void> {
    if ((await this.find()) === undefined) await this.create();
    try {
      zeroise(await this.unwrapped());
    } catch (error) {
      if (!(error instanceof KeyProviderError)) throw error;
      throw new ConfigError(
        `The vault cannot start, because ${error.message}`,
        error.remedy.replace(/\.$/, ''),
      );
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
    const row = await this.find();
    if (row === undefined) throw new Error('the pepper is gone from the database');
    return this.provider.unwrap(row.epoch, row.wrapped, pepperAad(PURPOSE, row.epoch));
  }

  private async find(): Promise<PepperRow | undefined> {
    const found = await this.pool.query<PepperRow>(
      'SELECT wrapped, epoch FROM vault.index_pepper WHERE purpose = $1',
      [PURPOSE],
    );
    return found.rows[0];
  }

  private async create(): Promise<void> {
    const epoch = await this.provider.currentEpoch();
    const pepper = randomBytes(KEY_BYTES);
    const wrapped = await this.provider.wrap(epoch, pepper, pepperAad(PURPOSE, epoch));
    zeroise(pepper);
    // Of two vaults that start at once, the first one's pepper stays.
    await this.pool.query(
      `INSERT INTO vault.index_pepper (purpose, wrapped, epoch, issued_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (purpose) DO NOTHING`,
      [PURPOSE, wrapped, epoch, this.clock.now()],
    );
  }
}
