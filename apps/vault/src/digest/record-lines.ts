import { createHash, createHmac } from 'node:crypto';
import { canonicalJson, type JsonValue } from '@probity/events';
import { numberOccurrences } from './occurrence-numbers.js';
import type { OpenedEvent, OpenedRecord } from './opened-record.js';

/**
 * Key of the hashes in a digest. It is public and protects nothing: digests are made of synthetic stores alone, to show
 * that two imports of one list end in the same state.
 */
const PUBLIC_DIGEST_KEY = 'probity/digest/v1 public test key: synthetic stores only';

const RANDOM_OR_TIMED =
  /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?)$/i;

/**
 * The lines of a record, one an event: `borough|reference|version|type|content`.
 *
 * `reference` is the keyed hash of the borough's own reference, or of a group's name; `-` when no event of the record names
 * one. `content` is the SHA-256 of the event's canonical content: its skeleton without ids and times, its `case` group with
 * ids as occurrence numbers, and keyed hashes of its identity and equality groups (null where it has none).
 */
export function linesOf(record: OpenedRecord): string[] {
  const reference = referenceOf(record);
  const hashed = reference === null ? '-' : keyed(reference);
  const cases = numberOccurrences(record.events.map(({ groups }) => groups.case ?? null));
  return record.events.map((event, index) => {
    const content = canonicalJson([
      record.borough,
      hashed,
      event.version,
      event.type,
      withoutIdsAndTimes(event.skeleton),
      cases[index] ?? null,
      keyedGroup(event, 'identity'),
      keyedGroup(event, 'equality'),
    ]);
    const digest = createHash('sha256').update(content, 'utf8').digest('hex');
    return `${record.borough}|${hashed}|${String(event.version)}|${event.type}|${digest}`;
  });
}

function referenceOf(record: OpenedRecord): string | null {
  for (const { groups } of record.events) {
    const reference = member(groups.identity, 'localRef') ?? member(groups.case, 'name');
    if (reference !== null) return reference;
  }
  return null;
}

function member(group: JsonValue | undefined, name: string): string | null {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) return null;
  const value = (group as { readonly [key: string]: JsonValue | undefined })[name];
  return typeof value === 'string' ? value : null;
}

function keyedGroup(event: OpenedEvent, group: 'identity' | 'equality'): string | null {
  const payload = event.groups[group];
  return payload === undefined ? null : keyed(canonicalJson(payload));
}

function keyed(text: string): string {
  return createHmac('sha256', PUBLIC_DIGEST_KEY).update(text, 'utf8').digest('hex');
}

function withoutIdsAndTimes(skeleton: OpenedEvent['skeleton']): JsonValue {
  const kept = Object.entries(skeleton).filter(
    ([, value]) => !(typeof value === 'string' && RANDOM_OR_TIMED.test(value)),
  );
  return Object.fromEntries(kept);
}
