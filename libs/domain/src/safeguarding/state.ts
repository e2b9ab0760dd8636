import type { SafeguardingRole } from '../role/roles.js';
import type { SafeguardingEvent } from './events.js';

/** A safeguarding record as its own events tell it. */
export type SafeguardingState =
  { readonly lifecycle: 'NONE' } | { readonly lifecycle: 'ENTERED'; readonly role: SafeguardingRole };

/** A record before its first event. */
export const initialSafeguarding: SafeguardingState = { lifecycle: 'NONE' };

/** The record after one more event. */
export function evolveSafeguarding(_state: SafeguardingState, event: SafeguardingEvent): SafeguardingState {
  return { lifecycle: 'ENTERED', role: event.case.role };
}
