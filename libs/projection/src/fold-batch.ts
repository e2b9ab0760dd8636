import { upcast } from '@probity/events';
import { unsealCase } from './case-unsealing.js';
import type { CaseKey, OpenCase } from './case-unsealing.js';
import type { ReadBatch, ReadEvent } from './event-reader.js';
import type { ProjectedEvent, ProjectionDefinition, RecordState } from './projection-definition.js';
import { ProjectionFault, UnprojectableEvent } from './projection-fault.js';
import type { FaultCode } from './projection-fault.js';
import { admit, advance } from './version-guard.js';
import type { RecordProgress } from './version-guard.js';

/** Everything that was known before a round and changes while it is folded. Maps are by record id. */
export interface FoldContext<S extends RecordState> {
  readonly definition: Pick<ProjectionDefinition<S>, 'fold'>;
  readonly progress: Map<string, RecordProgress>;
  readonly states: Map<string, S>;
  readonly keys: ReadonlyMap<string, CaseKey>;
  readonly open: OpenCase;
  /** Records that this round has changed. */
  readonly changed: Set<string>;
}

/** What one partition's batch comes to: how far it got, what it counted, and the record that stopped it, if one did. */
export interface FoldedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
  readonly applied: number;
  readonly duplicates: number;
  readonly lastEventTime: string | null;
  readonly fault: ProjectionFault | null;
}

type Step = 'applied' | 'duplicate' | ProjectionFault;

/**
 * Folds one batch into the context, in order, up to the first fault. It touches no database and no clock, so the same events give
 * the same states in whatever batches and however often they are delivered.
 */
export function foldBatch<S extends RecordState>(batch: ReadBatch, context: FoldContext<S>): FoldedBatch {
  const counts = { applied: 0, duplicates: 0 };
  let lastEventTime: string | null = null;
  for (const item of batch.events) {
    const step = foldOne(item, context);
    if (step instanceof ProjectionFault)
      return { ...summary(batch), ...counts, next: item.position.offset, lastEventTime, fault: step };
    lastEventTime = item.event.header.time;
    if (step === 'applied') counts.applied += 1;
    else counts.duplicates += 1;
  }
  return { ...summary(batch), ...counts };
}

function summary(batch: ReadBatch): Omit<FoldedBatch, 'applied' | 'duplicates'> {
  const { topic, partition, first, next, lastEventTime, fault } = batch;
  return { topic, partition, first, next, lastEventTime, fault };
}

function foldOne<S extends RecordState>(item: ReadEvent, context: FoldContext<S>): Step {
  const { recordId, event, position } = item;
  const known = context.progress.get(recordId);
  const fault = (code: FaultCode, reason: string): ProjectionFault =>
    new ProjectionFault(position, code, reason);
  if (known && known.topic !== position.topic) return fault('STREAM', `the record belongs to ${known.topic}`);
  const version = event.header.streamversion;
  const admission = admit(known, version, event.eventHash);
  if (admission === 'duplicate') return 'duplicate';
  if (admission === 'gap')
    return fault(
      'GAP',
      `version ${String(version)} of the record follows version ${String(known?.version ?? 0)}`,
    );
  if (admission === 'conflict')
    return fault('CONFLICT', `another event is version ${String(version)} of the record`);
  const payload = item.opensCase
    ? unsealCase(event, recordId, context.keys.get(recordId), context.open)
    : null;
  if (payload === 'KEY_UNAVAILABLE')
    return fault(payload, 'the vault lends no key for this version of the record');
  if (payload === 'UNSEAL') return fault(payload, 'the sealed part of the event does not open');
  try {
    context.states.set(
      recordId,
      context.definition.fold(context.states.get(recordId), projected(item, payload)),
    );
  } catch (error) {
    if (error instanceof UnprojectableEvent) return fault('RULE', error.message);
    // A fold is pure: what it throws once it throws always. Its message may quote content, its type does not.
    return fault('RULE', `the fold failed: ${error instanceof Error ? error.name : 'unknown error'}`);
  }
  context.progress.set(recordId, advance(known, { ...position, ...progressOf(item) }));
  context.changed.add(recordId);
  return 'applied';
}

function progressOf(item: ReadEvent): { borough: string; version: number; eventHash: Buffer } {
  const borough = item.event.skeleton['borough'];
  const { header, eventHash } = item.event;
  return { borough: typeof borough === 'string' ? borough : '', version: header.streamversion, eventHash };
}

/** Every event reaches a fold as the current version of its type has it, whatever version was written. */
function projected(item: ReadEvent, payload: ProjectedEvent['case']): ProjectedEvent {
  const { header } = item.event;
  const sealed = payload ? { case: payload } : {};
  const current = upcast({ type: header.type, skeleton: item.event.skeleton, sealed });
  return {
    type: current.type,
    recordId: item.recordId,
    version: header.streamversion,
    topic: item.position.topic,
    offset: item.position.offset,
    occurredAt: header.occurredat,
    recordedAt: header.time,
    skeleton: current.skeleton,
    case: (current.sealed.case ?? null) as ProjectedEvent['case'],
  };
}
