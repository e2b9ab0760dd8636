import { isUtf8 } from 'node:buffer';

/** Encodings a dialect may name. */
export const ENCODINGS = ['utf-8', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Outcome of decoding one chunk: UTF-8 bytes that are sound, and why the rest is not. */
export interface Decoded {
  readonly bytes: Buffer;
  readonly fault: string | null;
}

/** Streaming decoder to UTF-8 bytes. After a fault it must not be used again. */
export interface Decoder {
  decode(chunk: Buffer): Decoded;
  /** Called once after the last chunk: what was held back, and a fault where the input stops inside a character. */
  end(): Decoded;
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

const LINE_FEED = 10;

/** Everything before the line on which character `at` stands. */
function linesBefore(text: string, at: number): string {
  return text.slice(0, text.lastIndexOf('\n', at) + 1);
}

/** Windows-1252 bytes, held one to a character, as UTF-8. */
function toUtf8(bytes: string): Buffer {
  const text = bytes.replace(/[\x80-\x9f]/g, (byte) =>
    String.fromCharCode(HIGH[byte.charCodeAt(0) - 0x80] ?? 0xfffd),
  );
  return Buffer.from(text, 'utf8');
}

/** Length of a UTF-8 character that has begun but not ended at the end of `bytes` (0 to 3). */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < needed ? back : 0;
    }
  }
  return 0;
}

/** The sound lines at the start of bytes that are not sound as a whole. */
function soundLines(bytes: Buffer): Buffer {
  for (let from = 0; ;) {
    const feed = bytes.indexOf(LINE_FEED, from);
    const to = feed < 0 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(from, to))) return bytes.subarray(0, from);
    if (to === bytes.length) return bytes;
    from = to;
  }
}

class Utf8Decoder implements Decoder {
  private held: Buffer = Buffer.alloc(0);

  decode(chunk: Buffer): Decoded {
    const joined = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const tail = unfinishedTail(joined);
    const whole = joined.subarray(0, joined.length - tail);
    this.held = Buffer.from(joined.subarray(joined.length - tail));
    if (isUtf8(whole)) return { bytes: whole, fault: null };
    return { bytes: soundLines(whole), fault: 'holds bytes that are not UTF-8' };
  }

  end(): Decoded {
    const fault = this.held.length === 0 ? null : 'stops in the middle of a UTF-8 character';
    return { bytes: Buffer.alloc(0), fault };
  }
}

class Windows1252Decoder implements Decoder {
  private isDecided = false;
  private held = '';

  decode(chunk: Buffer): Decoded {
    const text = this.held + chunk.toString('latin1');
    this.held = this.isDecided ? '' : (/^[\x00-\x7f]*([\xc3\xc5])$/.exec(text)?.[1] ?? '');
    return this.translate(text.slice(0, text.length - this.held.length));
  }

  end(): Decoded {
    return this.translate(this.held);
  }

  private translate(text: string): Decoded {
    const first = text.search(/[\x80-\xff]/);
    if (first < 0) return { bytes: Buffer.from(text, 'latin1'), fault: null };
    // The first character above ASCII tells: "\xc3" or "\xc5" with a sign after it is a UTF-8 letter read wrongly, and
    // reading on would file every such name under a false spelling.
    if (!this.isDecided && /^[\xc3\xc5][\x80-\xbf]/.test(text.slice(first, first + 2))) {
      return { bytes: toUtf8(linesBefore(text, first)), fault: 'holds UTF-8 letters in a Windows-1252 file' };
    }
    this.isDecided = true;
    const undefinedAt = text.search(/[\x81\x8d\x8f\x90\x9d]/);
    if (undefinedAt < 0) return { bytes: toUtf8(text), fault: null };
    return {
      bytes: toUtf8(linesBefore(text, undefinedAt)),
      fault: 'holds a byte that Windows-1252 does not define',
    };
  }
}

/** Makes a decoder that refuses what its encoding does not define instead of replacing it. */
export function decoderFor(encoding: Encoding): Decoder {
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
