import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Looks } from '@probity/access-log';
import { loadOperatingModel, type OperatingModel } from '@probity/domain';
import { WriterRegistry, type WriterRegistryFile } from '@probity/events';
import {
  DomainClock,
  readOperatingModel,
  readStackFile,
  ServiceLogger,
  STACK_CONFIG,
  type StackConfig,
} from '@probity/platform';
import type { KeyProvider } from '@probity/sealing';
import { hostedBoroughs, policyFor, VAULT_POLICY } from './access/service-rights.js';
import { AccessKeys } from './access-log/access-keys.js';
import { AccessKeysController } from './access-log/access-keys.controller.js';
import { VaultAccessLog } from './access-log/vault-access-log.js';
import { VaultPool } from './database/vault-pool.js';
import { DigestController } from './digest/digest.controller.js';
import { DigestService } from './digest/digest.service.js';
import { EpochRegistry } from './epochs/epoch-registry.js';
import { EpochStatus } from './epochs/epoch-status.js';
import { EpochRepository } from './epochs/epoch.repository.js';
import { EpochsController } from './epochs/epochs.controller.js';
import { RotationService } from './epochs/rotation.service.js';
import { AgeClassReader } from './erasure/age-class.reader.js';
import { ErasureController } from './erasure/erasure.controller.js';
import { ErasureEventsPool } from './erasure/erasure-events.pool.js';
import { ErasureService, OPERATING_MODEL } from './erasure/erasure.service.js';
import { FenceRepository } from './erasure/fence.repository.js';
import { KeyHolders } from './erasure/key-holders.js';
import { RecordHistoryReader } from './erasure/record-history.reader.js';
import { RequestsInFlight } from './erasure/requests-in-flight.js';
import { SoleVault } from './erasure/sole-vault.js';
import { VaultReadiness } from './health/vault.readiness.js';
import { IndexKeysController } from './index-keys/index-keys.controller.js';
import { PepperVault } from './peppers/pepper.vault.js';
import { DataKeyRepository } from './keys/data-key.repository.js';
import { DataKeyVault } from './keys/data-key.vault.js';
import { FreshKeysController } from './keys/fresh-keys.controller.js';
import { KEY_PROVIDER, openKeyProvider } from './keys/key-provider.js';
import { FencesController } from './leases/fences.controller.js';
import { LEASE_MS, leaseMsFrom } from './leases/lease-time.js';
import { LeaseService } from './leases/lease.service.js';
import { LeasesController } from './leases/leases.controller.js';
import { OutstandingLeases } from './leases/outstanding-leases.js';
import { DailyCap } from './open/daily-cap.js';
import { IdentityOpener } from './open/identity-opener.js';
import { OpenController } from './open/open.controller.js';
import { SealedIdentities } from './open/sealed-identities.js';
import { RowKeysController } from './row-keys/row-keys.controller.js';
import { RowKeysService } from './row-keys/row-keys.service.js';
import { IdentityFeed } from './search/identity-feed.js';
import { IdentityIndexer } from './search/identity-indexer.js';
import { IdentityTokenRepository } from './search/identity-token.repository.js';
import { PersonSearch } from './search/person-search.js';
import { SearchController } from './search/search.controller.js';
import { VaultMetrics } from './vault.metrics.js';

/** Greatest JSON body in bytes: a digest request of several hundred whole records. */
export const BODY_LIMIT = 8 * 1024 * 1024;

/** The vault: makes keys, leases `case` subkeys, and opens identities to people with a reason. */
@Module({
  controllers: [
    FreshKeysController,
    LeasesController,
    IndexKeysController,
    RowKeysController,
    DigestController,
    AccessKeysController,
    OpenController,
    SearchController,
    EpochsController,
    ErasureController,
    FencesController,
  ],
  providers: [
    {
      provide: VaultPool,
      useFactory: (config: StackConfig, logger: ServiceLogger) => new VaultPool(config, logger),
      inject: [STACK_CONFIG, ServiceLogger],
    },
    {
      provide: KEY_PROVIDER,
      useFactory: (config: StackConfig) => openKeyProvider(config, process.env),
      inject: [STACK_CONFIG],
    },
    {
      provide: EpochRegistry,
      useFactory: (
        config: StackConfig,
        pool: VaultPool,
        repository: EpochRepository,
        provider: KeyProvider,
        clock: DomainClock,
      ) => EpochRegistry.open({ config, pool, repository, provider, clock }),
      inject: [STACK_CONFIG, VaultPool, EpochRepository, KEY_PROVIDER, DomainClock],
    },
    { provide: LEASE_MS, useFactory: () => leaseMsFrom(process.env) },
    {
      provide: OutstandingLeases,
      useFactory: (leaseMs: number) => new OutstandingLeases(leaseMs),
      inject: [LEASE_MS],
    },
    { provide: OPERATING_MODEL, useFactory: activeModel },
    { provide: WriterRegistry, useFactory: knownWriters, inject: [STACK_CONFIG] },
    { provide: APP_INTERCEPTOR, useExisting: RequestsInFlight },
    ErasureEventsPool,
    RecordHistoryReader,
    FenceRepository,
    SoleVault,
    RequestsInFlight,
    {
      provide: KeyHolders,
      useFactory: (leases: OutstandingLeases, requests: RequestsInFlight, sole: SoleVault, leaseMs: number) =>
        new KeyHolders({ leases, requests, sole, leaseMs, now: () => performance.now() }),
      inject: [OutstandingLeases, RequestsInFlight, SoleVault, LEASE_MS],
    },
    AgeClassReader,
    ErasureService,
    { provide: VAULT_POLICY, useFactory: () => policyFor(hostedBoroughs(process.env)) },
    EpochRepository,
    EpochStatus,
    RotationService,
    DataKeyRepository,
    DataKeyVault,
    LeaseService,
    PepperVault,
    RowKeysService,
    DigestService,
    AccessKeys,
    VaultAccessLog,
    { provide: Looks, useFactory: (log: VaultAccessLog) => new Looks(log), inject: [VaultAccessLog] },
    SealedIdentities,
    DailyCap,
    IdentityOpener,
    IdentityFeed,
    IdentityTokenRepository,
    IdentityIndexer,
    PersonSearch,
    VaultReadiness,
    VaultMetrics,
  ],
})
export class VaultModule implements OnApplicationShutdown {
  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(KEY_PROVIDER) private readonly provider: KeyProvider,
    @Inject(RotationService) private readonly rotations: RotationService,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.rotations.stop();
    await this.provider.close();
    await this.pool.end();
  }
}

function activeModel(): OperatingModel {
  const { text, hash } = readOperatingModel();
  return loadOperatingModel(text, hash);
}

function knownWriters({ paths }: StackConfig): WriterRegistry {
  return new WriterRegistry(JSON.parse(readStackFile(paths.writers)) as WriterRegistryFile);
}
