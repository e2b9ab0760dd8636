import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ImportKey } from './sealed-lines.js';
import { openPiece, sealPiece } from './sealed-lines.js';

/** The spooled part of an upload. */
export type SpooledPart = 'file' | 'groups';

/** An upload is larger than it may be. */
export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge';
}

/** An upload is not the one that was announced. */
export class OtherContent extends Error {
  override readonly name = 'OtherContent';
}

/** What an upload must be. */
export interface Announced {
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string;
  readonly maxBytes: number;
}

/** The spooled upload is incomplete or was changed on disk. */
class SpoolDamaged extends Error {
  override readonly name = 'SpoolDamaged';
}

const PIECE_BYTES = 256 * 1024;

/**
 * Uploads on disk, as ciphertext alone: a list of names must not rest in clear, not even while it is read. One sealed
 * piece a line, numbered, with an end mark, so that nothing can be cut out or off without notice. Memory is one piece.
 */
export class SealedSpool {
  constructor(private readonly directory: string) {}

  /**
   * Write a part and keep it if it has the hash that was announced; nothing stays of any other.
   *
   * @returns its size in bytes
   * @throws UploadTooLarge, OtherContent, or what `source` throws
   */
  async write(
    key: ImportKey,
    part: SpooledPart,
    source: AsyncIterable<Uint8Array>,
    announced: Announced,
  ): Promise<number> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    // Under another name until its hash is known: a second upload of the part cannot reach what is read from.
    const path = `${this.#pathOf(key.jobId, part)}.${randomUUID()}`;
    try {
      const bytes = await writePieces(path, key, part, source, announced);
      await rename(path, this.#pathOf(key.jobId, part));
      return bytes;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Whether a part has arrived whole. */
  async has(jobId: string, part: SpooledPart): Promise<boolean> {
    return access(this.#pathOf(jobId, part)).then(
      () => true,
      () => false,
    );
  }

  /** The bytes of a part, piece by piece. @throws SpoolDamaged when a piece or the end mark is missing. */
  async *read(key: ImportKey, part: SpooledPart): AsyncGenerator<Buffer> {
    const lines = createInterface({
      input: createReadStream(this.#pathOf(key.jobId, part)),
      crlfDelay: Infinity,
    });
    let number = 0;
    let held: string | undefined;
    for await (const line of lines) {
      if (held !== undefined) {
        yield openPiece(key, part, number, held);
        number += 1;
      }
      held = line;
    }
    if (held === undefined) throw new SpoolDamaged('the spooled upload is empty');
    openPiece(key, `${part}-end`, number, held);
  }

  /** Remove what is spooled of a job, also what has not arrived whole. */
  async remove(jobId: string): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    for (const name of names.filter((each) => each.startsWith(`${jobId}.`)))
      await rm(join(this.directory, name), { force: true });
  }

  #pathOf(jobId: string, part: SpooledPart): string {
    return join(this.directory, `${jobId}.${part}`);
  }
}

async function writePieces(
  path: string,
  key: ImportKey,
  part: SpooledPart,
  source: AsyncIterable<Uint8Array>,
  announced: Announced,
): Promise<number> {
  const hash = createHash('sha256');
  let [bytes, number] = [0, 0];
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of piecesOf(source)) {
      bytes += piece.length;
      if (bytes > announced.maxBytes)
        throw new UploadTooLarge(`An upload holds ${String(announced.maxBytes)} bytes at most.`);
      hash.update(piece);
      await file.appendFile(`${sealPiece(key, part, number, piece)}\n`);
      number += 1;
    }
    await file.appendFile(`${sealPiece(key, `${part}-end`, number, Buffer.from(String(bytes)))}\n`);
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== announced.hash) throw new OtherContent('the upload has another hash');
  return bytes;
}

async function* piecesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    held.push(Buffer.from(chunk));
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield* cut(Buffer.concat(held));
    held = [];
    size = 0;
  }
  if (size > 0) yield* cut(Buffer.concat(held));
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
