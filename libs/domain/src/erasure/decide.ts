import type { AgeClass } from '../calendar/age.js';
import type { Instant } from '../calendar/london-time.js';
import { clockDue } from '../model/clocks.js';
import type { OperatingModel } from '../model/operating-model.js';
import { refuse } from '../refusal.js';
import type { Refusal } from '../refusal.js';
import type { EndState } from './state.js';

/** What a destruction is judged by besides the record's own history. */
export interface DestructionGround {
  /** Domain time now. */
  readonly now: Instant;
  /** Null when the record does not tell any more: then the longer waiting time counts. */
  readonly ageClass: AgeClass | null;
  readonly model: OperatingModel;
}

/** Why a record's key may not be closed away; null when it may. */
export function whyNotFenced({ fence }: EndState): Refusal | null {
  if (fence === 'fenced') return null;
  return refuse([fence === 'cancelled' ? 'ERA-005' : 'ERA-001']);
}

/** Why a fence may not be lifted; null when it may, because the log has the cancellation. */
export function whyNotLifted({ fence, isKeyDestroyed }: EndState): Refusal | null {
  if (isKeyDestroyed) return refuse(['ERA-007']);
  return fence === 'cancelled' ? null : refuse(['ERA-009']);
}

/**
 * Why a record's key may not be destroyed; null when it may. The waiting time runs from the recorded instant of the end, so a
 * decision that came late does not shorten it (DPA 2018 s.39(2), s.47).
 */
export function whyNotDestroyed(state: EndState, ground: DestructionGround): Refusal | null {
  const notFenced = whyNotFenced(state);
  if (notFenced) return notFenced;
  // The log says that it was done: a vault that was restored has yet to do it again.
  if (state.isKeyDestroyed) return null;
  if (state.ended === null) return refuse(['ERA-008']);
  const isOver = ground.now >= waitingEndOf(state.ended, ground);
  const codes = [
    ...(isOver ? [] : (['ERA-003'] as const)),
    ...(state.restrictions.size > 0 ? (['ERA-004'] as const) : []),
  ];
  return codes.length > 0 ? refuse(codes) : null;
}

function waitingEndOf(
  { at, clock }: NonNullable<EndState['ended']>,
  { ageClass, model }: DestructionGround,
): Instant {
  if (ageClass !== null) return clockDue(clock, at, ageClass, model);
  const [adult, child] = [clockDue(clock, at, 'ADULT', model), clockDue(clock, at, 'AGE_13_TO_17', model)];
  return adult > child ? adult : child;
}
