import { UsageError } from '../exit-code.js';

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})$/;

const UNIT_MS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** A hundred years: further than any clock of the operating model runs. */
const LONGEST_MS = 36_525 * UNIT_MS.d;

/**
 * Reads a time as a person types it: RFC 3339, seconds optional, the zone never.
 *
 * @returns RFC 3339 in UTC with milliseconds and `Z`
 * @throws UsageError when it has no zone, or is no time of the calendar (31 February)
 */
export function parseTime(text: string): string {
  const parts = WRITTEN.exec(text);
  if (parts === null) throw unreadableTime();
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = parts;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}`;
  const asUtc = new Date(`${local}Z`);
  // The engine rolls 31 February over into March; what was typed must come back.
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== `${local}Z`) throw unreadableTime();
  const instant = new Date(`${local}${zone}`);
  if (Number.isNaN(instant.getTime())) throw unreadableTime();
  return instant.toISOString();
}

/**
 * Reads a length of domain time: whole numbers with `w`, `d`, `h`, `m` or `s`, largest first, e.g. `28d`, `6h`, `1d12h`.
 * A day is 24 hours, for the clock counts in UTC.
 *
 * @returns milliseconds, more than none and at most a hundred years
 * @throws UsageError when it is anything else
 */
export function parseDuration(text: string): number {
  const parts = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  const units = Object.values(UNIT_MS);
  const ms = units.reduce((sum, unit, index) => sum + unit * Number(parts?.[index + 1] ?? 0), 0);
  if (parts === null || ms <= 0 || ms > LONGEST_MS) {
    throw new UsageError(
      'That is no length of time.',
      'Write it like 28d, 6h or 1d12h; at most a hundred years.',
    );
  }
  return ms;
}

/**
 * @param instant RFC 3339 in UTC
 * @param durationMs milliseconds
 */
export function addDuration(instant: string, durationMs: number): string {
  return new Date(Date.parse(instant) + durationMs).toISOString();
}

function unreadableTime(): UsageError {
  return new UsageError('That is no time that can be read.', 'Write it like 2026-11-01T09:00:00Z.');
}
