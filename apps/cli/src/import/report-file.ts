import { realpathSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandError, EXIT } from '../exit-code.js';

/** First line of the report of every import. */
export const REPORT_HEADER = 'borough,local_ref,line,status,codes,role,band';

/** Only its owner may read what tells of people. */
const PRIVATE = 0o600;
const LF = 0x0a;

/**
 * The report of a run: the reports of its imports one after the other under one header, in a file that only its owner
 * may read. It replaces the report of an earlier run, and never another file.
 */
export class ReportFile {
  private hasHeader = false;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly isNew: boolean,
    private readonly isRegular: boolean,
  ) {}

  /**
   * Opens the file and so proves that it can be written; an existing report keeps its content until the first append.
   *
   * @param inputs files that are read and must not be overwritten
   * @throws CommandError with exit code 1 when it cannot be written, or holds something that is no report
   */
  static async open(path: string, inputs: readonly string[]): Promise<ReportFile> {
    const target = realPathOf(path);
    if (inputs.some((input) => realPathOf(input) === target && target !== null)) throw notAReport(path);
    const handle = await opened(path);
    const { isFile, size } = await handle
      .stat()
      .then((stats) => ({ isFile: stats.isFile(), size: stats.size }));
    if (isFile && size > 0 && !(await startsAsReport(path))) {
      await handle.close();
      throw notAReport(path);
    }
    if (isFile) await handle.chmod(PRIVATE);
    return new ReportFile(path, handle, target === null, isFile);
  }

  /**
   * Adds the report of one import as it arrives.
   *
   * @param source CSV bytes, beginning with the header line
   * @throws CommandError with exit code 1 when the header is another
   */
  async append(source: Readable): Promise<void> {
    if (!this.hasHeader) await this.begin();
    let head: Buffer | null = Buffer.alloc(0);
    let lastByte = LF;
    for await (const piece of source as AsyncIterable<Buffer>) {
      let rows: Buffer = piece;
      if (head !== null) {
        head = Buffer.concat([head, piece]);
        const end = head.indexOf(LF);
        if (end < 0) continue;
        assertHeader(head.subarray(0, end).toString('utf8'));
        rows = head.subarray(end + 1);
        head = null;
      }
      if (rows.length === 0) continue;
      await this.handle.appendFile(rows);
      lastByte = rows.at(-1) ?? LF;
    }
    if (head !== null) assertHeader(head.toString('utf8'));
    if (lastByte !== LF) await this.handle.appendFile('\n');
  }

  /** Closes the file; one that this run created and never wrote to is taken away again. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.isNew && !this.hasHeader) await unlink(this.path);
  }

  private async begin(): Promise<void> {
    if (this.isRegular) await this.handle.truncate(0);
    await this.handle.appendFile(`${REPORT_HEADER}\n`);
    this.hasHeader = true;
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', PRIVATE);
  } catch {
    throw new CommandError(
      EXIT.refused,
      `The report ${path} cannot be written.`,
      'Give --report a file in a folder that exists and that you may write to.',
    );
  }
}

async function startsAsReport(path: string): Promise<boolean> {
  const reader = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await reader.read(
      Buffer.alloc(REPORT_HEADER.length),
      0,
      REPORT_HEADER.length,
      0,
    );
    return buffer.toString('utf8', 0, bytesRead) === REPORT_HEADER;
  } finally {
    await reader.close();
  }
}

function assertHeader(line: string): void {
  if (line.replace(/\r$/, '') === REPORT_HEADER) return;
  throw new CommandError(
    EXIT.refused,
    'borough-ingest sent a report with columns that this command does not know.',
    'Use services and command of one version.',
  );
}

function notAReport(path: string): CommandError {
  return new CommandError(
    EXIT.refused,
    `${path} exists and is no import report, so it is not overwritten.`,
    'Give --report another path.',
  );
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
