import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CommandError, EXIT } from '../exit-code.js';

/** What identifies the content of a file. */
export interface FileContent {
  /** SHA-256, 64 hexadecimal digits. */
  hash: string;
  /** Bytes. */
  length: number;
}

/**
 * Reads a file once, piece by piece, whatever its size.
 *
 * @throws CommandError with exit code 1 when it cannot be read
 */
export async function readContent(path: string): Promise<FileContent> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    await pipeline(createReadStream(path), async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) {
        hash.update(piece);
        length += piece.length;
      }
    });
  } catch {
    throw new CommandError(EXIT.refused, `${path} cannot be read.`);
  }
  return { hash: hash.digest('hex'), length };
}
