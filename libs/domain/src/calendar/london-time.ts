import type { LocalDate } from './local-date.js';

/** An instant as RFC 3339 UTC text with milliseconds and `Z`, e.g. `2026-11-01T09:00:00.000Z`. */
export type Instant = string;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CACHED_HOURS = 10_000;

const londonClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Offsets by UTC hour: London's clocks change on a whole UTC hour, and formatting is the slow part. */
const offsetByHour = new Map<number, number>();

/** The Europe/London calendar date on which an instant falls. Throws RangeError when the text is no instant. */
export function londonDateOf(instant: Instant): LocalDate {
  const time = epochOf(instant);
  return new Date(time + londonOffset(time)).toISOString().slice(0, 10) as LocalDate;
}

/**
 * The instant at the same London wall-clock time a number of calendar days later: a clock of n days set at t falls
 * due then (docs/explanation/rules.md, clocks), also when summer time begins or ends between. A wall time that does not exist on that day
 * moves forward by the hour that was skipped; one that happens twice is the first.
 */
export function addDaysToInstant(instant: Instant, days: number): Instant {
  const time = epochOf(instant);
  return instantAtLondon(time + londonOffset(time) + days * DAY);
}

/** The instant at which a day begins in London: midnight, in winter or summer time. */
export function startOfLondonDay(date: LocalDate): Instant {
  return instantAtLondon(epochOf(`${date}T00:00:00.000Z`));
}

/** The instant in the one form used for comparing and storing. Throws RangeError when the text is no instant. */
export function canonicalInstant(instant: Instant): Instant {
  return new Date(epochOf(instant)).toISOString();
}

function instantAtLondon(wallTime: number): Instant {
  const before = londonOffset(wallTime - DAY);
  const after = londonOffset(wallTime + DAY);
  const earliest = wallTime - Math.max(before, after);
  if (earliest + londonOffset(earliest) === wallTime) return new Date(earliest).toISOString();
  return new Date(wallTime - Math.min(before, after)).toISOString();
}

function londonOffset(time: number): number {
  const hour = Math.floor(time / HOUR);
  const cached = offsetByHour.get(hour);
  if (cached !== undefined) return cached;
  const offset = readOffset(hour * HOUR);
  if (offsetByHour.size >= CACHED_HOURS) offsetByHour.clear();
  offsetByHour.set(hour, offset);
  return offset;
}

function readOffset(time: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of londonClock.formatToParts(time)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - time;
}

function epochOf(instant: Instant): number {
  const time = Date.parse(instant);
  if (Number.isNaN(time)) throw new RangeError('not an RFC 3339 instant');
  return time;
}
