import { upcast } from '@probity/events';
import { unsealCase } from './case-unsealing.js';
import type { CaseKey, OpenCase } from './case-unsealing.js';
import { isEvent } from './event-reader.js';
import type { ReadBatch, ReadEvent, ReadItem } from './event-reader.js';
import { keyOf, nameOf, parked, unknownType } from './parked-event.js';
import type { ParkedEvent } from './parked-event.js';
import type { ProjectedEvent, ProjectionDefinition, RecordState } from './projection-definition.js';
import { UnprojectableEvent } from './projection-fault.js';
import type { FaultCode } from './projection-fault.js';
import { admit, advance } from './version-guard.js';
import type { Admission, RecordProgress } from './version-guard.js';

/** Everything that was known before a round and changes while it is folded. Maps are by record id. */
export interface FoldContext<S extends RecordState> {
  readonly definition: Pick<ProjectionDefinition<S>, 'fold'>;
  readonly progress: Map<string, RecordProgress>;
  readonly states: Map<string, S>;
  readonly keys: ReadonlyMap<string, CaseKey>;
  readonly open: OpenCase;
  /** Records that this round has changed. */
  readonly changed: Set<string>;
  /** Records with a parked event, as {@link keyOf} names them: their later events park behind it. */
  readonly waiting: Set<string>;
  /** Positions whose rows the database is known to refuse, by {@link nameOf}, with the reason. */
  readonly refusals: ReadonlyMap<string, string>;
}

/** What items come to: every one is applied, dropped as applied before, or parked. */
export interface Folded {
  readonly applied: number;
  readonly duplicates: number;
  readonly parked: readonly ParkedEvent[];
}

/** What one partition's batch comes to. */
export interface FoldedBatch extends Folded, Omit<ReadBatch, 'items'> {}

type Step = 'applied' | 'duplicate' | ParkedEvent;

/** Folds one batch into the context, to its end. See {@link foldItems}. */
export function foldBatch<S extends RecordState>(batch: ReadBatch, context: FoldContext<S>): FoldedBatch {
  const { items, ...place } = batch;
  return { ...place, ...foldItems(items, context) };
}

/**
 * Folds items into the context, in order. What cannot be applied is parked, and so is everything of its record behind it. It touches
 * no database and no clock, so the same events give the same states in whatever batches and however often they are delivered.
 */
export function foldItems<S extends RecordState>(
  items: readonly ReadItem[],
  context: FoldContext<S>,
): Folded {
  const folded = { applied: 0, duplicates: 0, parked: [] as ParkedEvent[] };
  for (const item of items) {
    const step = isEvent(item) ? foldOne(item, context) : item;
    if (step === 'applied') folded.applied += 1;
    else if (step === 'duplicate') folded.duplicates += 1;
    else {
      folded.parked.push(step);
      if (step.kind === 'POISON' && step.recordId !== null)
        context.waiting.add(keyOf(step.position.topic, step.recordId));
    }
  }
  return folded;
}

/** What an event is to the record that it names: `foreign` when the record belongs to another topic. */
export function standingOf(item: ReadEvent, known: RecordProgress | undefined): Admission | 'foreign' {
  if (known && known.topic !== item.position.topic) return 'foreign';
  return admit(known, item.event.header.streamversion, item.event.eventHash);
}

function foldOne<S extends RecordState>(item: ReadEvent, context: FoldContext<S>): Step {
  const { recordId, event, position } = item;
  const known = context.progress.get(recordId);
  const version = event.header.streamversion;
  const poison = (code: FaultCode, reason: string): ParkedEvent => parked(item, 'POISON', code, reason);
  const standing = standingOf(item, known);
  if (standing === 'duplicate') return 'duplicate';
  if (standing === 'foreign')
    return parked(item, 'REJECTED', 'STREAM', `the record belongs to ${known?.topic ?? 'another topic'}`);
  if (standing === 'conflict')
    return parked(item, 'REJECTED', 'CONFLICT', `another event is version ${String(version)} of the record`);
  if (context.waiting.has(keyOf(position.topic, recordId)))
    return parked(item, 'BEHIND', 'BEHIND', 'an earlier event of the record is parked');
  if (standing === 'gap')
    return poison(
      'GAP',
      `version ${String(version)} of the record follows version ${String(known?.version ?? 0)}`,
    );
  if (!item.isHandled) return poison('UNKNOWN_TYPE', unknownType(event.header.type));
  const refusal = context.refusals.get(nameOf(position));
  if (refusal !== undefined) return poison('CONSTRAINT', refusal);
  const payload = item.opensCase
    ? unsealCase(event, recordId, context.keys.get(recordId), context.open)
    : null;
  if (payload === 'KEY_UNAVAILABLE')
    return poison(payload, 'the vault lends no key for this version of the record');
  if (payload === 'UNSEAL') return poison(payload, 'the sealed part of the event does not open');
  try {
    context.states.set(
      recordId,
      context.definition.fold(context.states.get(recordId), projected(item, payload)),
    );
  } catch (error) {
    if (error instanceof UnprojectableEvent) return poison('RULE', error.message);
    // A fold is pure: what it throws once it throws always. Its message may quote content, its type does not.
    return poison('RULE', `the fold failed: ${error instanceof Error ? error.name : 'unknown error'}`);
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
