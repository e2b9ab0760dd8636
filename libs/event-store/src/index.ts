export { append, IDEMPOTENCY_HOURS, partitionOf } from './append.js';
export type { AppendRequest, AppendResult, Idempotency, SqlClient, StreamRead } from './append.js';
export { AppendRefused } from './append-refused.js';
export type { AppendRefusal } from './append-refused.js';
export { eventStoreMigrations } from './migrations/index.js';
export { readAfter, readStreams } from './read.js';
export type { RecordedEvent } from './read.js';
export { OutboxRelay } from './relay/outbox-relay.js';
export type { RelayOptions, RelayStatus } from './relay/outbox-relay.js';
export type { OutgoingRecord, RelayLog, RelayTopic } from './relay/relay-port.js';
export { LaneFault } from './relay/tail-check.js';
export { migrateSchema } from './migrations/migrate-schema.js';
export type { SchemaMigration } from './migrations/migrate-schema.js';
export type { RecoveryLog, RecoveryTopic, VerifyWriter } from './recover/recovery-port.js';
export { RecoveryBusy, recoverStore } from './recover/recovery.js';
export type { RecoveryOptions } from './recover/recovery.js';
export { isWhole } from './recover/recovery-report.js';
export type {
  LaneCondition,
  LaneReport,
  RecoveryProgress,
  RecoveryReport,
} from './recover/recovery-report.js';
export { StoreGate } from './recover/store-gate.js';
export type { GateFinding, GateOptions, GateState, RecoveryRun } from './recover/store-gate.js';
export { generationStream, untoldGenerations } from './recover/topic-generation.js';
export type { TopicGeneration } from './recover/topic-generation.js';
export type { RefusedRecord } from './recover/topic-event.js';
export { AppendQueue, QueueRefused } from './queue/append-queue.js';
export type { AppendQueueOptions, AppendSession, AppendSessions } from './queue/append-queue.js';
export { OutcomeUnknown } from './queue/group-commit.js';
export { poolSessions } from './queue/pool-sessions.js';
