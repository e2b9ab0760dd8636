import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
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

  /** Write a part; returns its SHA-256 (hex) and size in bytes. @throws UploadTooLarge beyond `limit` bytes. */
  async write(
    key: ImportKey,
    part: SpooledPart,
    source: AsyncIterable<Uint8Array>,
    limit: number,
    onBytes: (total: number) => void = () => undefined,
  ): Promise<{ hash: string; bytes: number }> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = createWriteStream(this.#pathOf(key, part), { mode: 0o600 });
    const hash = createHash('sha256');
    let bytes = 0;
    let number = 0;
    try {
      for await (const piece of piecesOf(source)) {
        bytes += piece.length;
        if (bytes > limit) throw new UploadTooLarge(`an upload holds ${String(limit)} bytes at most`);
        hash.update(piece);
        if (!file.write(`${sealPiece(key, part, number, piece)}\n`)) await once(file, 'drain');
        number += 1;
        onBytes(bytes);
      }
      file.end(`${sealPiece(key, `${part}-end`, number, Buffer.from(String(bytes)))}\n`);
      await once(file, 'close');
    } catch (error) {
      file.destroy();
      throw error;
    }
    return { hash: hash.digest('hex'), bytes };
  }

  /** The bytes of a part, piece by piece. @throws SpoolDamaged when a piece or the end mark is missing. */
  async *read(key: ImportKey, part: SpooledPart): AsyncGenerator<Buffer> {
    const lines = createInterface({ input: createReadStream(this.#pathOf(key, part)), crlfDelay: Infinity });
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

  /** Remove what is spooled of a job. */
  async remove(jobId: string): Promise<void> {
    for (const part of ['file', 'groups'] as const)
      await rm(join(this.directory, `${jobId}.${part}`), { force: true });
  }

  #pathOf(key: ImportKey, part: SpooledPart): string {
    return join(this.directory, `${key.jobId}.${part}`);
  }
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
