import type { StoredEvent } from '@probity/events';
import type { LooksQuery, LookView } from './looks.dto.js';
import type { LooksPlace } from './looks.reader.js';
import type { Placed } from './merge-lanes.js';

/** An entry as it is shown: what stands in clear. */
export function lookView({ partition, offset, entry }: Placed<StoredEvent>): LookView {
  const { header, skeleton } = entry;
  const words = (member: string): string[] => (skeleton[member] as string[] | undefined) ?? [];
  const wordOf = (member: string): string => (skeleton[member] as string | undefined) ?? '';
  const codes = words('codes');
  return {
    id: header.id,
    position: `looks/${String(partition)}@${String(offset)}`,
    when: header.time,
    by: header.actor,
    role: wordOf('role'),
    organisation: wordOf('organisation'),
    action: wordOf('action'),
    list: wordOf('family'),
    purpose: header.purpose,
    outcome: codes.length > 0 ? 'refused' : 'shown',
    codes,
    borough: (skeleton['borough'] as string | null | undefined) ?? null,
    subjectCount: Number(skeleton['subjectCount'] ?? 0),
    fields: words('fields'),
    recipient: (skeleton['recipient'] as string | null | undefined) ?? null,
  };
}

/** Whether an entry is asked for. */
export function isAskedFor(query: LooksQuery): (entry: StoredEvent) => boolean {
  return ({ header, skeleton }) =>
    (query.by === undefined || header.actor === query.by) &&
    (query.action === undefined || skeleton['action'] === query.action) &&
    (query.list === undefined || skeleton['family'] === query.list) &&
    (query.borough === undefined || skeleton['borough'] === query.borough) &&
    (query.outcome === undefined || (skeleton['codes'] === undefined) === (query.outcome === 'shown')) &&
    (query.from === undefined || Date.parse(header.time) >= Date.parse(query.from)) &&
    (query.to === undefined || Date.parse(header.time) < Date.parse(query.to));
}

/** Whether a decoded cursor is a place of the log; anyone may have written it. */
export function isLooksPlace(value: unknown): value is LooksPlace {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([partition, offset]) => /^[0-3]$/.test(partition) && Number.isSafeInteger(offset) && Number(offset) >= 0,
  );
}
