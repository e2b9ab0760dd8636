const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/**
 * Reads an instant and writes it the one way that the system compares as text: UTC, milliseconds, `Z`.
 *
 * @param value anything; only an RFC 3339 text in UTC with at most milliseconds is read
 * @returns e.g. `2026-11-01T09:00:00.000Z`, or `null` when it is no such text or no day of the calendar
 */
export function parseInstant(value: unknown): string | null {
  if (typeof value !== 'string' || !INSTANT.test(value)) return null;
  const unixMs = Date.parse(value);
  if (Number.isNaN(unixMs)) return null;
  const instant = new Date(unixMs).toISOString();
  // The engine rolls 31 February over into March; what was written must come back.
  return instant.slice(0, 19) === value.slice(0, 19) ? instant : null;
}
