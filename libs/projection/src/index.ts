export { unsealCase } from './case-unsealing.js';
export type { CaseKey, CaseLeases, OpenCase, UnsealFailure } from './case-unsealing.js';
export { CheckpointStore, readCheckpoints } from './checkpoint-store.js';
export type { Checkpoint, CheckpointMove, CheckpointOwner, ProjectedPartition } from './checkpoint-store.js';
export { EventReader } from './event-reader.js';
export type { LogBatch, LogEntry, ReadBatch, ReadEvent, ReadItem } from './event-reader.js';
export { fingerprintOf } from './fingerprint.js';
export { foldBatch } from './fold-batch.js';
export type { FoldContext, Folded, FoldedBatch } from './fold-batch.js';
export { nameOf } from './parked-event.js';
export type { ParkedEvent, ParkedKind } from './parked-event.js';
export type { ActedBy, RecordedAct } from './parked-acts.js';
export type { ParkedCounts, ParkedHead, ParkedKey, ParkedRow } from './parked-store.js';
export { Parking } from './parking.js';
export type { ParkedLog } from './parked-reader.js';
export type { Redriven } from './redrive.js';
export type {
  CasePayload,
  HandledType,
  ProjectedEvent,
  ProjectionDefinition,
  ProjectionIn,
  RecordState,
} from './projection-definition.js';
export {
  CheckpointMoved,
  DiscardRefused,
  GenerationSwitched,
  ProjectionChanged,
  UnprojectableEvent,
} from './projection-fault.js';
export type { FaultCode, LogPosition } from './projection-fault.js';
export { ProjectionRunner } from './projection-runner.js';
export type { RunnerOptions, RunnerStats } from './projection-runner.js';
export { RowChecker } from './row-checker.js';
export type { CountMismatch, RowMismatch } from './row-checker.js';
export { insertRows } from './unnest-rows.js';
export type { Column, InsertTarget } from './unnest-rows.js';
export { diffGenerations } from './generation-diff.js';
export type { DifferingRow, GenerationDifference, TableDifference } from './generation-diff.js';
export { catchUp } from './rebuild.js';
export type { RangeLog, RebuildTarget } from './rebuild.js';
export { inTransaction, withClient } from './transaction.js';
export { HASH_BYTES, admit, advance } from './version-guard.js';
export type { Admission, RecordProgress } from './version-guard.js';
