import { isUtf8 } from 'node:buffer';
import type { JsonValue } from './canonical-json.js';
import { canonicalJson } from './canonical-json.js';
import { hashOf } from './codec.js';
import type { Envelope, EventHeader, SealedGroup, SealedGroups, Skeleton } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';

const OPENS_SEALED = '{"sealed":{';
const OPENS_SKELETON = '},"skeleton":';
const CLOSES = '}';

/** The canonical form of an envelope, which has no room for a second way to write it. */
const ENVELOPE = /\{"ct":"([\w-]*)","iv":"([\w-]*)","kc":"([\w-]*)","kv":([1-9]\d{0,8}),"v":1\}/y;

/** The hashes that a header names. */
type NamedHashes = Pick<EventHeader, 'skeletonhash' | 'sealedhashes'>;

/**
 * The skeleton and the sealed groups of a record's value. Each part is hashed as it stands and compared with the header before
 * anything reads it, so that no two values pass for one event: white space, another order, a member twice or a second form
 * of a number is refused. A sealed group that is gone (deleted after erasure) may be absent.
 *
 * @throws EventFormatError for anything but the canonical JSON whose hashes the header names.
 */
export function decodeValue(value: Buffer, named: NamedHashes): { skeleton: Skeleton; sealed: SealedGroups } {
  // One character a byte: positions in the text are positions in the value, and what is compared here is ASCII.
  const text = value.toString('latin1');
  if (!text.startsWith(OPENS_SEALED)) throw notCanonical();
  const { sealed, end } = sealedGroups(value, text, OPENS_SEALED.length, named);
  if (!text.startsWith(OPENS_SKELETON, end) || !text.endsWith(CLOSES)) throw notCanonical();
  const bytes = value.subarray(end + OPENS_SKELETON.length, value.length - CLOSES.length);
  return { skeleton: skeletonOf(bytes, named.skeletonhash), sealed };
}

function sealedGroups(
  value: Buffer,
  text: string,
  start: number,
  { sealedhashes }: NamedHashes,
): { sealed: SealedGroups; end: number } {
  const sealed: { [group in SealedGroup]?: Envelope } = {};
  let at = start;
  for (const group of SEALED_GROUPS) {
    const name = `${at === start ? '' : ','}"${group}":`;
    if (!text.startsWith(name, at)) continue;
    const from = at + name.length;
    sealed[group] = envelopeAt(text, from);
    at = ENVELOPE.lastIndex;
    if (hashOf(value.subarray(from, at)) !== sealedhashes[group])
      throw new EventFormatError(`the sealed group ${group} does not have the hash that its header names`);
  }
  return { sealed, end: at };
}

function envelopeAt(text: string, from: number): Envelope {
  ENVELOPE.lastIndex = from;
  const found = ENVELOPE.exec(text);
  if (!found) throw notCanonical();
  const [, ct, iv, kc, kv] = found as unknown as [string, string, string, string, string];
  return { ct, iv, kc, kv: Number(kv), v: 1 };
}

function skeletonOf(bytes: Buffer, hash: string): Skeleton {
  if (hashOf(bytes) !== hash)
    throw new EventFormatError('the skeleton does not have the hash that its header names');
  const text = bytes.toString('utf8');
  const skeleton = parsedOrNull(text);
  // Signed, and still not to be trusted to say one thing: two readers could take two things from what is not canonical.
  if (skeleton === null || !isUtf8(bytes) || !isCanonical(skeleton, text)) throw notCanonical();
  return skeleton;
}

function parsedOrNull(text: string): Skeleton | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as Skeleton;
  } catch {
    return null;
  }
}

/** False as well for what canonical JSON cannot hold, and for what nests deeper than it can be written. */
function isCanonical(value: JsonValue, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

function notCanonical(): EventFormatError {
  return new EventFormatError('the value is not the canonical JSON of sealed groups and a skeleton');
}
