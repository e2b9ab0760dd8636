/** A value that JSON can carry. `undefined` members of objects are left out, as `JSON.stringify` does. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/**
 * Canonical JSON text: sorted keys, no white space, ECMAScript number and string forms.
 *
 * Equal values give equal bytes, so that a hash over them can be checked by anyone.
 *
 * @throws TypeError for NaN, infinities, lone surrogates and anything that is not JSON.
 * @see RFC 8785 (JSON Canonicalization Scheme)
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalNumber(value);
  // `Array.from` and not `map`, which would leave a hole out.
  if (Array.isArray(value)) return `[${Array.from(value as readonly JsonValue[], canonicalItem).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError('canonical JSON cannot hold a value of this kind');
  return canonicalObject(value as { readonly [key: string]: JsonValue | undefined });
}

/** The canonical text as UTF-8 bytes: what is stored, hashed and sealed. */
export function canonicalBytes(value: JsonValue): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8');
}

function canonicalItem(item: JsonValue): string {
  return canonicalJson(item);
}

function canonicalObject(value: { readonly [key: string]: JsonValue | undefined }): string {
  let text = '';
  // The default sort compares UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('canonical JSON cannot hold NaN or an infinity');
  return JSON.stringify(value);
}

function canonicalString(value: string): string {
  const text = JSON.stringify(value);
  // A lone surrogate comes out escaped; only then is it worth to tell it from a backslash that was written.
  if (text.includes('\\ud') && !isWellFormed(value))
    throw new TypeError('canonical JSON cannot hold a lone surrogate');
  return text;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function isWellFormed(value: string): boolean {
  return !LONE_SURROGATE.test(value);
}
