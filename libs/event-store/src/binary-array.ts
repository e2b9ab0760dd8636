// Type numbers of elements (pg_type.oid): the same in every PostgreSQL.
const BYTEA = 17;
const INTEGER = 23;
const TEXT = 25;
const UUID = 2950;

const HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const LENGTH_BYTES = 4;
const INTEGER_BYTES = 4;
const UUID_BYTES = 16;
const NULL_LENGTH = -1;

/**
 * Arrays as parameters in PostgreSQL's binary format (`array_send`): `pg` passes a `Buffer` on as it is, whatever the
 * parameter's type. As text, each byte of a `bytea[]` would be two hexadecimal digits to write, to send and to read.
 */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  return encode(BYTEA, values, bytesOf, copy);
}

/** A `text[]`; see {@link byteaArray}. */
export function textArray(values: readonly string[]): Buffer {
  return encode(
    TEXT,
    values,
    (value) => Buffer.byteLength(value),
    (buffer, at, value) => {
      buffer.write(value, at, 'utf8');
    },
  );
}

/** An `integer[]`; see {@link byteaArray}. @throws RangeError for a number that is no 32-bit integer. */
export function integerArray(values: readonly number[]): Buffer {
  if (!values.every(Number.isInteger)) throw new RangeError('an integer is whole');
  return encode(
    INTEGER,
    values,
    () => INTEGER_BYTES,
    (buffer, at, value) => {
      buffer.writeInt32BE(value, at);
    },
  );
}

/** A `uuid[]` of ids in their usual text form; see {@link byteaArray}. @throws RangeError for what is no id. */
export function uuidArray(values: readonly string[]): Buffer {
  const ids = values.map((value) => Buffer.from(value.replaceAll('-', ''), 'hex'));
  if (ids.some((id) => id.length !== UUID_BYTES)) throw new RangeError('an id is a UUID');
  return encode(UUID, ids, bytesOf, copy);
}

function bytesOf(value: Uint8Array): number {
  return value.length;
}

function copy(buffer: Buffer, at: number, value: Uint8Array): void {
  buffer.set(value, at);
}

/** One dimension that counts from 1: its header, then each element behind its length. */
function encode<Value>(
  type: number,
  values: readonly (Value | null)[],
  sizeOf: (value: Value) => number,
  write: (buffer: Buffer, at: number, value: Value) => void,
): Buffer {
  const sizes = values.map((value) => (value === null ? NULL_LENGTH : sizeOf(value)));
  const bytes = sizes.reduce((sum, size) => sum + LENGTH_BYTES + Math.max(0, size), 0);
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + (values.length === 0 ? 0 : DIMENSION_BYTES) + bytes);
  buffer.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(sizes.includes(NULL_LENGTH) ? 1 : 0, 4);
  buffer.writeInt32BE(type, 8);
  if (values.length === 0) return buffer;
  buffer.writeInt32BE(values.length, HEADER_BYTES);
  buffer.writeInt32BE(1, HEADER_BYTES + 4);
  let at = HEADER_BYTES + DIMENSION_BYTES;
  for (const [place, value] of values.entries()) {
    const size = sizes[place] as number;
    at = buffer.writeInt32BE(size, at);
    if (value === null) continue;
    write(buffer, at, value);
    at += size;
  }
  return buffer;
}
