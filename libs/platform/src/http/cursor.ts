import { ProblemError } from './problem.js';

/**
 * Writes the place where the next page begins as one opaque word (base64url of JSON).
 *
 * @param place key of the last row of the page: random ids and positions, never anything about a person
 */
export function encodeCursor(place: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/**
 * Reads a cursor back.
 *
 * @param cursor what the caller sent; `undefined` asks for the first page
 * @param isPlace checks the fields, because the caller could have written anything
 * @returns the place, or `null` for the first page
 * @throws ProblemError 400 SCH-003 when it is not a cursor of this list
 */
export function decodeCursor<Place>(
  cursor: string | undefined,
  isPlace: (value: unknown) => value is Place,
): Place | null {
  if (cursor === undefined) return null;
  const place = parsed(cursor);
  if (isPlace(place)) return place;
  throw new ProblemError({
    status: 400,
    code: 'SCH-003',
    title: 'Unreadable value',
    detail: 'The cursor does not belong to this list.',
    remedy: 'Take the cursor from the page before, or leave it out to begin.',
    errors: [{ field: 'cursor', code: 'SCH-003', message: 'is not a cursor of this list' }],
  });
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
