import type { EventFacts, PlainEvent, UnsignedEvent } from '@probity/events';
import { buildEvent, currentType, validatePlainEvent } from '@probity/events';
import type { Caller } from '@probity/platform';
import type { MigrationWindow } from './migration-window.entity.js';

/** Why governance writes: it supervises how the lists are kept. */
const OVERSIGHT_PURPOSE = 'OVERSIGHT';

const OPENED = currentType('oversight.migration-window-opened');
const CLOSED = currentType('oversight.migration-window-closed');
const REFUSED = currentType('access.command-refused');

/** What every event of one request shares. */
export interface RequestFacts {
  /** Domain time now; both when it is recorded and when it holds from. */
  now: string;
  caller: Caller;
  /** Hash of the operating model in force. */
  policyVersion: string;
  /** Trace id of the request. */
  correlationId: string;
  traceparent: string;
  /** Gives the next UUIDv7 for an instant. */
  nextId: (at: string) => string;
}

/** Event 1 of a window's stream: two people have opened it. */
export function windowOpened(
  window: MigrationWindow,
  approvedBy: string,
  request: RequestFacts,
): UnsignedEvent {
  const { borough, fileHash, groupsHash, asAt, requestedBy } = window;
  const openedBy = [requestedBy, approvedBy];
  const skeleton = { borough, fileHash, groupsHash, asAt: asAt.toISOString(), openedBy };
  return unsealed(
    { type: OPENED, skeleton, sealed: {} },
    { ...windowFacts(window, request), streamversion: 1 },
  );
}

/**
 * Event 2 of a window's stream: the file has been read to its end.
 *
 * @param rows rows of the file, 0 or more
 * @param openedEventId id of event 1, which this one follows from
 */
export function windowClosed(
  window: MigrationWindow,
  rows: number,
  openedEventId: string,
  request: RequestFacts,
): UnsignedEvent {
  const { borough, fileHash } = window;
  const facts = { ...windowFacts(window, request), streamversion: 2, causationid: openedEventId };
  return unsealed({ type: CLOSED, skeleton: { borough, fileHash, rows }, sealed: {} }, facts);
}

/**
 * A command that was refused, in a stream of its own: what was not done is part of the record too.
 *
 * @param id random UUID of the refusal
 * @param command name of the command, letters only
 */
export function commandRefused(
  id: string,
  borough: string,
  command: string,
  code: string,
  request: RequestFacts,
): UnsignedEvent {
  const facts = {
    ...sharedFacts(request),
    subject: `refusals/${id}`,
    topic: 'access',
    key: id,
    streamversion: 1,
  };
  return unsealed({ type: REFUSED, skeleton: { borough, command, codes: [code] }, sealed: {} }, facts);
}

type WithoutType = Omit<EventFacts, 'type'>;

function windowFacts(window: MigrationWindow, request: RequestFacts): Omit<WithoutType, 'streamversion'> {
  return { ...sharedFacts(request), subject: `windows/${window.id}`, topic: 'oversight', key: window.id };
}

/** What the headers of every event of one request share. */
export function sharedFacts(
  request: RequestFacts,
): Omit<WithoutType, 'subject' | 'topic' | 'key' | 'streamversion'> {
  const { now, caller, policyVersion, correlationId, traceparent } = request;
  return {
    id: request.nextId(now),
    source: '/central',
    time: now,
    occurredat: now,
    policyversion: policyVersion,
    actor: caller.name,
    actorkind: caller.role === 'service' ? 'service' : 'human',
    purpose: OVERSIGHT_PURPOSE,
    correlationid: correlationId,
    traceparent,
  };
}

/** An event of which nothing is sealed. @throws EventFormatError when its schema does not allow it */
export function unsealed(event: PlainEvent, facts: WithoutType): UnsignedEvent {
  validatePlainEvent(event);
  return buildEvent({ ...facts, type: event.type }, event.skeleton, {});
}
