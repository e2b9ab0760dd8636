import type { AppendRequest, AppendResult } from '../append.js';
import { AppendRefused } from '../append-refused.js';

/** What one caller wants to append: writers and partitions are the queue's. */
export type QueuedAppend = Pick<AppendRequest, 'events' | 'reads' | 'idempotency'>;

/** A stream as the store has it. */
export interface StreamState {
  readonly topic: string;
  readonly version: number;
  readonly isFenced: boolean;
}

/** What the store holds about a group of requests when its transaction begins. */
export interface Ground {
  /** Streams that exist, of those that the group writes or has read. */
  readonly streams: ReadonlyMap<string, StreamState>;
  /** Requests that were answered before, by {@link keyOf}; a null result: the key was used for another request. */
  readonly answered: ReadonlyMap<string, { readonly result: string | null }>;
}

/** Each request of a group, in order, is appended with the others, answered already, or refused. */
export type Verdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'answer'; readonly result: AppendResult }
  | { readonly kind: 'refuse'; readonly refusal: AppendRefused };

/** An idempotency key as a key of a map. */
export function keyOf(keyMac: Buffer): string {
  return keyMac.toString('base64');
}

/**
 * Which requests of a group fit, as if they came one after the other: each sees the versions that those before it
 * leave. A request that does not fit leaves nothing. This only looks ahead: `events.append` checks all of it again.
 */
export function fit(requests: readonly QueuedAppend[], ground: Ground): Verdict[] {
  const streams = new Map(ground.streams);
  return requests.map((request) => {
    const answered = request.idempotency && ground.answered.get(keyOf(request.idempotency.keyMac));
    if (answered) return answerAgain(answered.result);
    const verdict = follow(request, streams);
    if (verdict instanceof AppendRefused) return { kind: 'refuse', refusal: verdict };
    for (const [stream, state] of verdict) streams.set(stream, state);
    return { kind: 'append' };
  });
}

function answerAgain(result: string | null): Verdict {
  if (result !== null) return { kind: 'answer', result: { isReplay: true, result } };
  const refusal = new AppendRefused('idempotency', 'this idempotency key was used for another request');
  return { kind: 'refuse', refusal };
}

/** The streams as a request leaves them, or why it does not fit. */
function follow(
  { events, reads = [] }: QueuedAppend,
  streams: ReadonlyMap<string, StreamState>,
): Map<string, StreamState> | AppendRefused {
  const moved = reads.find(({ stream, version }) => streams.get(stream)?.version !== version);
  if (moved) return new AppendRefused('conflict', `the stream ${moved.stream} has moved since it was read`);
  const left = new Map<string, StreamState>();
  for (const { header } of events) {
    const own = left.get(header.subject);
    const before = own ?? streams.get(header.subject) ?? { version: 0, topic: header.topic, isFenced: false };
    const { version, topic } = before;
    if (before.isFenced) return new AppendRefused('fenced', `the stream ${header.subject} is fenced`);
    if (header.streamversion !== version + 1 || header.topic !== topic)
      return own === undefined ? stale(header.subject) : gap(header.subject);
    left.set(header.subject, { topic, version: header.streamversion, isFenced: false });
  }
  return left;
}

function stale(stream: string): AppendRefused {
  return new AppendRefused('conflict', `the stream ${stream} has another version than expected`);
}

function gap(stream: string): AppendRefused {
  return new AppendRefused('malformed', `the events of ${stream} do not follow one another`);
}

/**
 * What fits, as one request. Of the streams that were read, those count that the group itself has not moved: for the
 * others the versions of its events vouch.
 */
export function merge(requests: readonly QueuedAppend[], ground: Ground): QueuedAppend {
  const reads = new Map<string, number>();
  for (const { stream, version } of requests.flatMap((request) => request.reads ?? []))
    if (ground.streams.get(stream)?.version === version) reads.set(stream, version);
  return {
    events: requests.flatMap((request) => request.events),
    reads: [...reads].map(([stream, version]) => ({ stream, version })),
  };
}
