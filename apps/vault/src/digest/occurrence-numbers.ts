import { canonicalJson, type JsonValue } from '@probity/events';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Replace the random ids within the payloads of one record by numbers, so that two stores with the same content compare
 * equal although every id differs.
 *
 * Ids are numbered by what is said about them, and only among ids of which the same is said by the order in which they
 * occur. An array whose elements hold ids is put in order afterwards, because the ids may have decided its order: counted
 * evidence and score lines of equal weight are kept sorted by id.
 *
 * @param payloads one for each event of the record, in the order of versions.
 */
export function numberOccurrences(payloads: readonly JsonValue[]): JsonValue[] {
  const sayings = new Map<string, string[]>();
  payloads.forEach((payload, index) => {
    collect(payload, String(index), '', sayings);
  });
  const ordered = [...sayings].map(([id, said]) => ({ id, said: said.sort().join('\n') }));
  // The sort is stable: equal sayings keep the order of occurrence.
  ordered.sort((a, b) => (a.said < b.said ? -1 : Number(a.said > b.said)));
  const numbers = new Map(ordered.map(({ id }, index) => [id, `#${String(index + 1)}`]));
  return payloads.map((payload) => renumber(payload, numbers));
}

/** For each id, where it stands (without positions in arrays) and which plain members stand beside it (without ids). */
function collect(value: JsonValue, path: string, beside: string, sayings: Map<string, string[]>): void {
  if (typeof value === 'string') {
    for (const id of idsIn(value)) {
      const said = sayings.get(id) ?? [];
      said.push(`${path} ${value.replace(UUID, '#')} ${beside}`);
      sayings.set(id, said);
    }
  } else if (isArray(value)) {
    for (const element of value) collect(element, `${path}[]`, '', sayings);
  } else if (isObject(value)) {
    const neighbours = plainMembers(value);
    for (const key of Object.keys(value).sort()) {
      collect(value[key] ?? null, `${path}.${key}`, neighbours, sayings);
    }
  }
}

function plainMembers(value: { readonly [key: string]: JsonValue | undefined }): string {
  const plain = Object.entries(value).filter(([, member]) => typeof member !== 'object' || member === null);
  return canonicalJson(Object.fromEntries(plain)).replace(UUID, '#');
}

function renumber(value: JsonValue, numbers: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return value.replace(UUID, (id) => numbers.get(id.toLowerCase()) ?? '#');
  if (isArray(value)) {
    const elements = value.map((element) => renumber(element, numbers));
    return value.some(holdsId) ? elements.sort(byCanonicalText) : elements;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, renumber(member ?? null, numbers)]),
  );
}

function holdsId(element: JsonValue): boolean {
  const members = isObject(element) ? Object.values(element) : [element];
  return members.some((member) => typeof member === 'string' && idsIn(member).length > 0);
}

function byCanonicalText(a: JsonValue, b: JsonValue): number {
  const [left, right] = [canonicalJson(a), canonicalJson(b)];
  return left < right ? -1 : Number(left > right);
}

function idsIn(text: string): string[] {
  return (text.match(UUID) ?? []).map((id) => id.toLowerCase());
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
