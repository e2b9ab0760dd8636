import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';
import type { OperatingModel } from '@probity/domain';
import { loadOperatingModel } from '@probity/domain';
import type { BatchSigner } from '@probity/events';
import type { StackConfig } from '@probity/platform';
import {
  ConfigError,
  DomainClock,
  ReadinessRegistry,
  RecoveryController,
  STACK_CONFIG,
  STORE_GATE,
  ServiceLogger,
  UuidV7Source,
  readOperatingModel,
} from '@probity/platform';
import { VaultClient } from '@probity/sealing';
import { GovernanceClient } from './clients/governance.client.js';
import { IngestPool } from './database/ingest-pool.js';
import { DigestController } from './digest/digest.controller.js';
import { DigestService } from './digest/digest.service.js';
import { ImportJobRepository } from './imports/import-job.repository.js';
import { ImportKeys } from './imports/import-keys.js';
import { ImportReports } from './imports/import-reports.js';
import { ImportRetention } from './imports/import-retention.js';
import { ImportRunner } from './imports/import-runner.js';
import { ImportController } from './imports/import.controller.js';
import { ImportService } from './imports/import.service.js';
import { SealedSpool } from './imports/sealed-spool.js';
import { UploadReceiver } from './imports/upload-receiver.js';
import { SeenRowsRepository } from './imports/seen-rows.repository.js';
import type { IngestConfig } from './ingest.config.js';
import { INGEST_CONFIG, loadIngestConfig } from './ingest.config.js';
import type { Dialect } from './reading/dialect.js';
import { loadDialects } from './reading/dialect.js';
import { IngestRecovery } from './recovery/ingest-recovery.js';
import { LostKeysRepository } from './recovery/lost-keys.repository.js';
import { BoroughRelay } from './relay/borough-relay.js';
import { SIGNER_OF, boroughSigners } from './writers.js';

const OPERATING_MODEL = Symbol('OPERATING_MODEL');
const DIALECTS = Symbol('DIALECTS');

/** Ends what the providers opened, after the relay and the imports have stopped. */
@Injectable()
class Connections implements OnApplicationShutdown {
  constructor(
    private readonly pool: IngestPool,
    private readonly vault: VaultClient,
    readiness: ReadinessRegistry,
  ) {
    readiness.add({
      name: 'postgres',
      check: async () => {
        await this.pool.query('SELECT 1');
        return { ready: true, detail: 'answers' };
      },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.vault.close();
    await this.pool.end();
  }
}

/** The borough ingest: uploads, decisions, appends, and the relay of its boroughs' topics. */
@Module({
  controllers: [ImportController, DigestController, RecoveryController],
  providers: [
    { provide: INGEST_CONFIG, useFactory: () => loadIngestConfig() },
    { provide: OPERATING_MODEL, useFactory: activeModel },
    {
      provide: IngestPool,
      useFactory: (config: StackConfig, logger: ServiceLogger) => new IngestPool(config, logger),
      inject: [STACK_CONFIG, ServiceLogger],
    },
    { provide: VaultClient, useFactory: vaultClient, inject: [STACK_CONFIG] },
    {
      provide: SIGNER_OF,
      useFactory: (config: StackConfig, ingest: IngestConfig) => boroughSigners(config, ingest.boroughs),
      inject: [STACK_CONFIG, INGEST_CONFIG],
    },
    {
      provide: SealedSpool,
      useFactory: (config: StackConfig) => new SealedSpool(join(config.home, 'spool')),
      inject: [STACK_CONFIG],
    },
    {
      provide: DIALECTS,
      useFactory: (ingest: IngestConfig) => dialectsIn(ingest.adaptersDirectory),
      inject: [INGEST_CONFIG],
    },
    {
      provide: UploadReceiver,
      useFactory: (spool: SealedSpool, dialects: readonly Dialect[], ingest: IngestConfig) =>
        new UploadReceiver(spool, dialects, ingest),
      inject: [SealedSpool, DIALECTS, INGEST_CONFIG],
    },
    {
      provide: ImportJobRepository,
      useFactory: (pool: IngestPool, { instance }: StackConfig) => new ImportJobRepository(pool, instance),
      inject: [IngestPool, STACK_CONFIG],
    },
    {
      provide: SeenRowsRepository,
      useFactory: (pool: IngestPool) => new SeenRowsRepository(pool),
      inject: [IngestPool],
    },
    { provide: ImportKeys, useFactory: (vault: VaultClient) => new ImportKeys(vault), inject: [VaultClient] },
    {
      provide: ImportRunner,
      useFactory: importRunner,
      inject: [
        INGEST_CONFIG,
        DomainClock,
        UuidV7Source,
        IngestPool,
        ImportJobRepository,
        SeenRowsRepository,
        SealedSpool,
        VaultClient,
        GovernanceClient,
        OPERATING_MODEL,
        SIGNER_OF,
        DIALECTS,
      ],
    },
    Connections,
    GovernanceClient,
    ImportReports,
    ImportRetention,
    ImportService,
    DigestService,
    LostKeysRepository,
    IngestRecovery,
    BoroughRelay,
    { provide: STORE_GATE, useFactory: (relay: BoroughRelay) => relay.gate, inject: [BoroughRelay] },
  ],
})
export class IngestModule {
  // The connections are made with the module and not with the first request.
  constructor(@Inject(Connections) readonly connections: object) {}
}

function activeModel(): OperatingModel {
  const { text, hash } = readOperatingModel();
  return loadOperatingModel(text, hash);
}

function vaultClient(config: StackConfig): VaultClient {
  return new VaultClient({
    url: `https://127.0.0.1:${String(config.ports.vault)}`,
    tls: config.serviceTls('borough-ingest'),
  });
}

function dialectsIn(folder: string): readonly Dialect[] {
  const { dialects, faults } = loadDialects(folder);
  const [fault] = faults;
  if (fault !== undefined)
    throw new ConfigError(`A dialect file cannot be used: ${fault}`, 'correct the file in adapters/');
  return dialects;
}

function importRunner(
  config: IngestConfig,
  clock: DomainClock,
  ids: UuidV7Source,
  pool: IngestPool,
  jobs: ImportJobRepository,
  seenRows: SeenRowsRepository,
  spool: SealedSpool,
  vault: VaultClient,
  governance: GovernanceClient,
  model: OperatingModel,
  signerOf: (borough: string) => BatchSigner,
  dialects: readonly Dialect[],
): ImportRunner {
  return new ImportRunner({
    config,
    clock,
    ids,
    pool,
    jobs,
    seenRows,
    spool,
    vault,
    governance,
    model,
    dialects,
    signerOf,
  });
}
