import { typeOf } from '../catalogue.js';
import type { SealedGroup, Skeleton } from '../event.js';
import { SEALED_GROUPS } from '../event.js';
import type { Payload, PlainEvent } from '../validation.js';
import { entryApprovedSteps } from './entry-approved.js';
import { entryRegisteredSteps } from './entry-registered.js';
import { legacyEntryAssertedSteps } from './legacy-entry-asserted.js';
import type { UpcastStep } from './upcast-step.js';

/** Steps by the type that they take. */
export type UpcastChain = ReadonlyMap<string, UpcastStep>;

/** The chain of some steps. */
export function chainOf(steps: readonly UpcastStep[]): UpcastChain {
  return new Map(steps.map((step) => [typeOf(step.name, step.from), step]));
}

/** Every step of this catalogue. */
export const UPCAST_STEPS: readonly UpcastStep[] = [
  ...legacyEntryAssertedSteps,
  ...entryApprovedSteps,
  ...entryRegisteredSteps,
];

const CHAIN = chainOf(UPCAST_STEPS);

/**
 * An opened event as the current version of its type has it, one version at a time. An event of a current or unknown type
 * stays as it is. It runs behind everything that checks bytes: hashes, signatures and seals are of the version that was written.
 *
 * @param chain the steps; those of this catalogue unless a test gives others.
 */
export function upcast(event: PlainEvent, chain: UpcastChain = CHAIN): PlainEvent {
  let current = event;
  for (let step = chain.get(current.type); step; step = chain.get(current.type))
    current = stepped(current, step);
  return current;
}

function stepped({ skeleton, sealed }: PlainEvent, { name, from, parts }: UpcastStep): PlainEvent {
  const groups: { [group in SealedGroup]?: Payload } = {};
  for (const group of SEALED_GROUPS) {
    const payload = sealed[group];
    if (payload) groups[group] = parts[group]?.(payload) ?? payload;
  }
  return {
    type: typeOf(name, from + 1),
    // A step gives members of every kind that JSON has, which is what a skeleton holds.
    skeleton: (parts.skeleton?.(skeleton) ?? skeleton) as Skeleton,
    sealed: groups,
  };
}
