import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** One way in which a marker may lie on a disk. */
export interface Needle {
  /** e.g. `utf16le hex`. */
  form: string;
  bytes: Buffer;
}

/** A place where a marker was found. */
export interface Hit {
  /** Path below the searched folder, or what else was searched. */
  place: string;
  form: string;
}

const PIECE_BYTES = 4 * 1024 * 1024;
const ZEROS = Buffer.alloc(PIECE_BYTES);

/** First base64 character that holds nothing of the 0, 1 or 2 bytes before the marker. */
const FIRST_OWN_CHARACTER = [0, 2, 3] as const;

/**
 * The forms in which a marker is looked for: as written, in small and in capital letters; in UTF-8 and both UTF-16; as it
 * is, in hexadecimal, and in base64 at each of the three places where it may begin in a group of three bytes.
 */
export function needlesFor(marker: string): Needle[] {
  const spellings = [marker, marker.toLowerCase(), marker.toUpperCase()];
  const needles = spellings.flatMap((text) =>
    encodings(text).flatMap(([name, bytes]) => writings(name, bytes)),
  );
  return [...new Map(needles.map((needle) => [needle.bytes.toString('latin1'), needle])).values()];
}

/** What of the needles is in the bytes. */
export function formsIn(bytes: Buffer, needles: readonly Needle[]): string[] {
  return needles.filter((needle) => bytes.includes(needle.bytes)).map(({ form }) => form);
}

/** Searches every file below a folder, whatever its kind and size. Files that vanish meanwhile are passed over. */
export async function searchFolder(root: string, needles: readonly Needle[]): Promise<Hit[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const hits: Hit[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = relative(root, path);
    for (const form of await formsInFile(path, needles)) hits.push({ place, form });
  }
  return hits;
}

/** Reads a file piece by piece; each piece begins with the end of the one before, so that nothing hides at a border. */
async function formsInFile(path: string, needles: readonly Needle[]): Promise<Set<string>> {
  const overlap = Math.max(...needles.map(({ bytes }) => bytes.length)) - 1;
  const found = new Set<string>();
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return found;
  try {
    const buffer = Buffer.alloc(overlap + PIECE_BYTES);
    let held = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, PIECE_BYTES, null);
      if (bytesRead === 0) return found;
      const fresh = buffer.subarray(held, held + bytesRead);
      const bytes = buffer.subarray(0, held + bytesRead);
      // Index files of the broker are made at full size and are nearly all zeros.
      if (!fresh.equals(ZEROS.subarray(0, bytesRead))) {
        for (const form of formsIn(bytes, needles)) found.add(form);
      }
      held = Math.min(overlap, bytes.length);
      bytes.copy(buffer, 0, bytes.length - held);
    }
  } finally {
    await file.close();
  }
}

function encodings(text: string): [string, Buffer][] {
  const little = Buffer.from(text, 'utf16le');
  return [
    ['utf8', Buffer.from(text, 'utf8')],
    ['utf16le', little],
    ['utf16be', Buffer.from(little).swap16()],
  ];
}

function writings(encoding: string, bytes: Buffer): Needle[] {
  const texts: [string, string][] = [
    ['hex', bytes.toString('hex')],
    ['hex', bytes.toString('hex').toUpperCase()],
    ...FIRST_OWN_CHARACTER.flatMap((first, before): [string, string][] => {
      const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      const whole = text.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
      const name = `base64 after ${String(before)}`;
      return [
        [name, whole],
        [name, whole.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
  const written = texts.map(([name, text]) => ({
    form: `${encoding} ${name}`,
    bytes: Buffer.from(text, 'latin1'),
  }));
  return [{ form: encoding, bytes }, ...written];
}
