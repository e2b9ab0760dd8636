import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { boroughTopics } from '@probity/messaging';
import { Reconciler, WATCHED_TOPICS } from './reconciliation/reconciler.js';
import { ReconciliationController } from './reconciliation/reconciliation.controller.js';
import { ReconciliationTelemetry } from './reconciliation/reconciliation.telemetry.js';

/** Every topic of the manifest. */
const ALL_TOPICS: readonly string[] = [
  ...boroughTopics('matrix'),
  ...boroughTopics('safeguarding'),
  'oversight',
  'sharing',
  'access',
];

/** The process that looks after event store and topics. */
@Module({})
export class AuditLedgerModule {
  /** @param topics topics to watch, by the names that events carry; all unless given */
  static watching(topics: readonly string[] = ALL_TOPICS): DynamicModule {
    return {
      module: AuditLedgerModule,
      controllers: [ReconciliationController],
      providers: [{ provide: WATCHED_TOPICS, useValue: topics }, Reconciler, ReconciliationTelemetry],
    };
  }
}
