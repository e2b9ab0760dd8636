import { isAscii, isUtf8 } from 'node:buffer';

/** Encodings a dialect may name. Both hold ASCII as it is, so rows and fields can be told apart before decoding. */
export const ENCODINGS = ['utf-8', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The first thing in a row that its encoding does not define. */
export interface EncodingFault {
  /** Bytes before it in the row. */
  readonly offset: number;
  /** What is wrong, as a sentence goes on after its place. */
  readonly fault: string;
}

/** Decodes whole rows of one file, in their order. */
export interface RowDecoder {
  /** Refuses what the encoding does not define instead of replacing it. `isLast`: nothing follows in the file. */
  faultIn(row: Buffer, isLast: boolean): EncodingFault | null;
  /** Gives the text between two bytes of a row without fault. */
  cutter(row: Buffer): (from: number, to: number) => string;
}

// Unicode Consortium, CP1252.TXT: bytes 80 to 9F; null where the code page has no character. An own table, because
// some Node releases decode this code page as Latin-1 and no release encodes it.
// prettier-ignore
const HIGH: readonly (number | null)[] = [
  0x20ac, null, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, null, 0x017d, null,
  null, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, null, 0x017e, 0x0178,
];
const TO_BYTE = new Map(
  HIGH.flatMap((code, index) => (code === null ? [] : [[code, 0x80 + index] as const])),
);

/** Length of the UTF-8 character that a byte begins; 0 for a byte that begins none. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

const NOT_UTF8 = 'holds bytes that are not UTF-8';

class Utf8Decoder implements RowDecoder {
  faultIn(row: Buffer, isLast: boolean): EncodingFault | null {
    if (isUtf8(row)) return null;
    for (let offset = 0; ;) {
      const length = characterLength(row[offset] ?? 0);
      const character = row.subarray(offset, offset + length);
      if (length === 0 || !isUtf8(character)) {
        const isCutOff = isLast && character.length < length && isContinued(character);
        return { offset, fault: isCutOff ? 'stops in the middle of a UTF-8 character' : NOT_UTF8 };
      }
      offset += length;
    }
  }

  cutter(row: Buffer): (from: number, to: number) => string {
    if (!isAscii(row)) return (from, to) => row.toString('utf8', from, to);
    const text = row.toString('latin1');
    return (from, to) => text.slice(from, to);
  }
}

/** Whether a character that has begun goes on as one, as far as it stands there. */
function isContinued(character: Buffer): boolean {
  return character.length > 0 && character.subarray(1).every((byte) => (byte & 0xc0) === 0x80);
}

class Windows1252Decoder implements RowDecoder {
  private isDecided = false;

  faultIn(row: Buffer): EncodingFault | null {
    if (isAscii(row)) return null;
    const text = row.toString('latin1');
    const first = text.search(/[\x80-\xff]/);
    // The first character above ASCII tells: "\xc3" or "\xc5" with a sign after it is a UTF-8 letter read wrongly, and
    // reading on would file every such name under a false spelling.
    if (!this.isDecided && /^[\xc3\xc5][\x80-\xbf]/.test(text.slice(first, first + 2)))
      return { offset: first, fault: 'holds UTF-8 letters in a Windows-1252 file' };
    this.isDecided = true;
    const offset = text.search(/[\x81\x8d\x8f\x90\x9d]/);
    return offset < 0 ? null : { offset, fault: 'holds a byte that Windows-1252 does not define' };
  }

  cutter(row: Buffer): (from: number, to: number) => string {
    const text = row
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (byte) => String.fromCharCode(HIGH[byte.charCodeAt(0) - 0x80] ?? 0xfffd));
    return (from, to) => text.slice(from, to);
  }
}

/** Makes the decoder of one file. */
export function decoderFor(encoding: Encoding): RowDecoder {
  return encoding === 'utf-8' ? new Utf8Decoder() : new Windows1252Decoder();
}

/**
 * Encodes text for a file.
 * @throws RangeError for a character that the encoding lacks (the character itself is not named)
 */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  return Buffer.from(
    Array.from(text, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return code;
      const byte = TO_BYTE.get(code);
      if (byte === undefined) throw new RangeError('a character is not in Windows-1252');
      return byte;
    }),
  );
}
