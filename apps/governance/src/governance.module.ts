import { join } from 'node:path';
import { Looks } from '@probity/access-log';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BatchSigner } from '@probity/events';
import {
  RecoveryController,
  STACK_CONFIG,
  STORE_GATE,
  readOperatingModel,
  readStackFile,
} from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { DatabaseProbes } from './database/database-probes.js';
import { eventsDatabase } from './database/events-database.js';
import { ViewsPool } from './database/views-pool.js';
import { GOVERNANCE_SIGNER, POLICY_VERSION } from './governance.tokens.js';
import { GovernanceAccessLog } from './looks/governance-access-log.js';
import { LooksController } from './looks/looks.controller.js';
import { LooksReader } from './looks/looks.reader.js';
import { MatrixController } from './matrix/matrix.controller.js';
import { MatrixReader } from './matrix/matrix.reader.js';
import { GovernanceRecovery } from './recovery/governance-recovery.js';
import { WindowRebuild } from './recovery/window-rebuild.js';
import { GovernanceRelay } from './relay/governance-relay.js';
import { MigrationWindowController } from './windows/migration-window.controller.js';
import { MigrationWindowService } from './windows/migration-window.service.js';
import { WindowLog } from './windows/window-log.js';

/** The governance service: migration windows, the central team's reads of the matrix, the relay of its topics. */
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [STACK_CONFIG], useFactory: eventsDatabase })],
  controllers: [MigrationWindowController, MatrixController, LooksController, RecoveryController],
  providers: [
    { provide: GOVERNANCE_SIGNER, useFactory: governanceSigner, inject: [STACK_CONFIG] },
    { provide: POLICY_VERSION, useFactory: () => readOperatingModel().hash },
    ViewsPool,
    DatabaseProbes,
    MatrixReader,
    LooksReader,
    GovernanceAccessLog,
    {
      provide: Looks,
      useFactory: (log: GovernanceAccessLog) => new Looks(log),
      inject: [GovernanceAccessLog],
    },
    MigrationWindowService,
    WindowLog,
    WindowRebuild,
    GovernanceRecovery,
    GovernanceRelay,
    { provide: STORE_GATE, useFactory: (relay: GovernanceRelay) => relay.gate, inject: [GovernanceRelay] },
  ],
})
export class GovernanceModule {}

function governanceSigner(config: StackConfig): BatchSigner {
  return new BatchSigner('governance', readStackFile(join(config.paths.writerKeys, 'governance.key.pem')));
}
