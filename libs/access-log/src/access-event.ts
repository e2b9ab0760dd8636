import { createHmac, hkdfSync } from 'node:crypto';
import { canonicalBytes, currentType } from '@probity/events';
import type { EventFacts, JsonValue, PlainEvent, Skeleton, UnsignedEvent } from '@probity/events';
import { leasedRecordKey, sealEvent } from '@probity/sealing';
import type { AccessEntry, LookFacts, RefusedEntry } from './access-entry.js';
import type { AccessKey } from './access-key.js';

/** Topic of every look. */
export const LOOKS_TOPIC = 'looks';

const TAKEN = currentType('looks.taken');
const REFUSED = currentType('looks.refused');

/** What the header of an entry needs besides the entry itself. */
export interface WritingFacts {
  /** Random UUID of the entry's own stream. */
  readonly streamId: string;
  /** UUIDv7. */
  readonly eventId: string;
  /** Domain time, RFC 3339 UTC. */
  readonly now: string;
  readonly source: string;
  readonly policyVersion: string;
  readonly correlationId: string;
  readonly traceparent?: string;
}

/** The event of an answer: who, what and over which positions in clear; whom, the query and the justification sealed. */
export function consultedEvent(entry: AccessEntry, writing: WritingFacts, key: AccessKey): UnsignedEvent {
  const { borough, subjects, fields, query, justification, recipient, basis } = entry;
  const event: PlainEvent = {
    type: TAKEN,
    skeleton: {
      ...lookSkeleton(entry),
      borough,
      subjectCount: subjects.length,
      fields: [...fields],
      queryMac: queryMac(key, query),
      recipient,
      basis: basis as unknown as JsonValue,
    },
    sealed: { case: { subjects: [...subjects], query, justification } },
  };
  const { recordId, dekVersion, subkey } = key;
  return sealEvent(factsOf(entry, TAKEN, writing), event, leasedRecordKey(recordId, dekVersion, subkey));
}

/** The event of a look that was refused: nothing of it is about a person of the lists. */
export function refusedEvent(entry: RefusedEntry, writing: WritingFacts): UnsignedEvent {
  const event: PlainEvent = {
    type: REFUSED,
    skeleton: { ...lookSkeleton(entry), codes: [...entry.codes] },
    sealed: {},
  };
  return sealEvent(factsOf(entry, REFUSED, writing), event, null);
}

/** Keys of the keyed hashes: derived once for each key that was lent. */
const queryKeys = new WeakMap<AccessKey, Buffer>();

/** Tells equal queries of one month apart from others without saying what was asked. */
function queryMac(accessKey: AccessKey, query: AccessEntry['query']): string {
  const key =
    queryKeys.get(accessKey) ??
    Buffer.from(hkdfSync('sha256', accessKey.subkey, Buffer.alloc(0), 'probity/query-mac/v1', 32));
  queryKeys.set(accessKey, key);
  return createHmac('sha256', key).update(canonicalBytes(query)).digest('base64url');
}

function lookSkeleton({ action, family, caller }: LookFacts): Skeleton {
  const { role, organisation, session } = caller;
  return { operation: 'consultation', action, family, role, organisation, session: session ?? 'certificate' };
}

function factsOf({ caller, purpose }: LookFacts, type: string, writing: WritingFacts): EventFacts {
  const { streamId, eventId, now, source, policyVersion, correlationId, traceparent } = writing;
  return {
    type,
    id: eventId,
    source,
    subject: `looks/${streamId}`,
    time: now,
    topic: LOOKS_TOPIC,
    key: streamId,
    streamversion: 1,
    occurredat: now,
    policyversion: policyVersion,
    actor: caller.name,
    actorkind: caller.session === null ? 'service' : 'human',
    purpose,
    correlationid: correlationId,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
