import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CommandError, EXIT } from '../exit-code.js';

/**
 * A folder for the rows that could not be read, so that they can be corrected and imported again.
 *
 * Each file is in its borough's own dialect and holds personal data: only its owner may read it.
 */
export class ProblemRowsFolder {
  private constructor(private readonly folder: string) {}

  /**
   * Makes the folder if need be and proves that it can be written.
   *
   * @param sourceFolder where the lists lie; the problem rows have the same names and must not overwrite them
   * @throws CommandError with exit code 1
   */
  static open(folder: string, sourceFolder: string): ProblemRowsFolder {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
    } catch {
      throw new CommandError(
        EXIT.refused,
        `The folder ${folder} cannot be written.`,
        'Give --problem-rows a folder that you may write to.',
      );
    }
    if (realpathSync(folder) === realpathSync(sourceFolder)) {
      throw new CommandError(
        EXIT.refused,
        'The problem rows would overwrite the lists.',
        'Give --problem-rows another folder.',
      );
    }
    return new ProblemRowsFolder(folder);
  }

  /**
   * Writes the rows of one borough as they come.
   *
   * @returns path of the file
   */
  async write(borough: string, rows: Readable): Promise<string> {
    const path = join(this.folder, `${borough}.csv`);
    const handle = await open(path, 'w', 0o600);
    try {
      // The file may be an older one with wider rights.
      await handle.chmod(0o600);
      for await (const piece of rows as AsyncIterable<Buffer>) await handle.appendFile(piece);
    } finally {
      await handle.close();
    }
    return path;
  }
}
