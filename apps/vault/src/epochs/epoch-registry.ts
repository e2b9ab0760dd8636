import { ConfigError, type DomainClock, type StackConfig } from '@probity/platform';
import { KeyProviderError, type KeyProvider } from '@probity/sealing';
import type { VaultPool } from '../database/vault-pool.js';
import type { EpochRepository } from './epoch.repository.js';
import { withRotationLock } from './rotation-lock.js';

/** SQLSTATE of keys that were to be added under an epoch that has retired. */
const RETIRED = 'KE001';

/** How often an addition is done again when the epoch changed under it: epochs change weekly, not every second. */
const ATTEMPTS = 3;

const FIRST = 1;

/** What the registry is made of. */
export interface EpochRegistryParts {
  readonly config: Pick<StackConfig, 'synthetic'>;
  readonly pool: VaultPool;
  readonly repository: EpochRepository;
  readonly provider: KeyProvider;
  readonly clock: DomainClock;
}

/** Knows the epoch under which new keys are wrapped. */
export class EpochRegistry {
  private constructor(
    private readonly repository: EpochRepository,
    private epoch: number,
  ) {}

  /**
   * The epochs of this store; the first start makes the first one.
   *
   * @throws ConfigError when the key of the current epoch is missing: no new one may take its place
   */
  static async open(parts: EpochRegistryParts): Promise<EpochRegistry> {
    const { repository, provider } = parts;
    const registry = new EpochRegistry(repository, 0);
    if ((await registry.refresh()) === 0) {
      await beginFirst(parts);
      await registry.refresh();
    }
    if ((await provider.epochs()).includes(registry.epoch)) return registry;
    throw new ConfigError(
      'The vault cannot start, because the key provider has no key of the current epoch',
      'restore the keys of this store from their backup; a new key cannot open what was sealed before',
    );
  }

  /** The current epoch, as it was last heard of. */
  get current(): number {
    return this.epoch;
  }

  /** Asks the database for the current epoch; 0 before there is one. */
  async refresh(): Promise<number> {
    const epochs = await this.repository.all();
    this.epoch = epochs.find(({ state }) => state === 'current')?.epoch ?? 0;
    return this.epoch;
  }

  /** Whether the key of an epoch was destroyed on purpose, so that nothing under it is to be opened again. */
  async isDestroyed(epoch: number): Promise<boolean> {
    const epochs = await this.repository.all();
    return epochs.some((each) => each.epoch === epoch && each.state === 'destroyed');
  }

  /** Adds keys under the current epoch: `add` wraps and stores them, and is called again when the epoch has changed. */
  async underCurrent<T>(add: (epoch: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await add(this.epoch);
      } catch (error) {
        if (attempt === ATTEMPTS || !isRetired(error)) throw error;
        await this.refresh();
      }
    }
  }
}

async function beginFirst({ config, pool, repository, provider, clock }: EpochRegistryParts): Promise<void> {
  if (!config.synthetic && !provider.destructionAssured)
    throw new ConfigError(
      'A store of real people cannot begin with keys whose destruction nobody can assure',
      'set PROBITY_KEY_PROVIDER=pkcs11 and name a hardware token: see docs/how-to/use-an-hsm.md',
    );
  await withRotationLock(pool, true, async (session) => {
    // Another vault may have begun while this one waited; one that was killed may have planned.
    const [known] = await repository.all(session);
    if (known !== undefined && known.state !== 'planned') return;
    if (known === undefined) await repository.plan(session, FIRST);
    await provider.createEpoch(FIRST);
    await repository.begin(session, FIRST, clock.now());
  });
}

/** The database says so, or another vault has destroyed the key already. */
function isRetired(error: unknown): boolean {
  if (error instanceof KeyProviderError) return error.fault === 'no-epoch';
  return (error as { code?: unknown }).code === RETIRED;
}
