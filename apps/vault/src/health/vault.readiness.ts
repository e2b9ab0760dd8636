import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ReadinessRegistry } from '@probity/platform';
import { KEY_BYTES, type KeyProvider } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import { EpochRegistry } from '../epochs/epoch-registry.js';
import { EpochStatus } from '../epochs/epoch-status.js';
import { KEY_PROVIDER } from '../keys/key-provider.js';

/** Ready means: the tables answer in the vault's own role, the key provider opens what it wraps, and no rotation stands still. */
@Injectable()
export class VaultReadiness implements OnModuleInit {
  constructor(
    @Inject(ReadinessRegistry) private readonly registry: ReadinessRegistry,
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(EpochRegistry) private readonly epochs: EpochRegistry,
    @Inject(EpochStatus) private readonly status: EpochStatus,
  ) {}

  onModuleInit(): void {
    this.registry.add({ name: 'postgres', check: () => this.database() });
    this.registry.add({ name: 'key provider', check: () => this.keyProvider() });
    this.registry.add({ name: 'key epochs', check: () => this.status.probe() });
  }

  private async database(): Promise<{ ready: boolean; detail: string }> {
    const found = await this.pool.query('SELECT FROM vault.index_pepper LIMIT 1');
    return { ready: found.rowCount === 1, detail: found.rowCount === 1 ? 'keys at hand' : 'no pepper' };
  }

  private async keyProvider(): Promise<{ ready: boolean; detail: string }> {
    const epoch = await this.epochs.refresh();
    // No key, only a pattern: the probe must not open anything of the store.
    const pattern = Buffer.alloc(KEY_BYTES, 0xa5);
    const aad = Buffer.from(`probe|${String(epoch)}`, 'ascii');
    const opened = await this.provider.unwrap(epoch, await this.provider.wrap(epoch, pattern, aad), aad);
    const ready = opened.equals(pattern);
    return { ready, detail: this.provider.name };
  }
}
