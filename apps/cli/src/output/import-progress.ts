import { MultiBar, type SingleBar } from 'cli-progress';
import { formatCount } from './table.js';
import type { Output } from './output.js';

/** Shows on stderr how far the files are: bars on a terminal, a line per finished file elsewhere. */
export interface ImportProgress {
  /** @param bytes size of the file */
  begin(borough: string, bytes: number): void;
  /** @param bytes read so far */
  advance(borough: string, bytes: number, rows: number): void;
  /** @param said what became of the file, a few words */
  finish(borough: string, said: string): void;
  /** Gives the terminal back. */
  stop(): void;
}

/** @param files how many files will be shown */
export function createImportProgress(output: Output, files: number): ImportProgress {
  return output.canDraw ? new Bars(output, files) : new Lines(output, files);
}

class Lines implements ImportProgress {
  private finished = 0;

  constructor(
    private readonly output: Output,
    private readonly files: number,
  ) {}

  begin(): void {}

  advance(): void {}

  finish(borough: string, said: string): void {
    this.finished += 1;
    this.output.note(`${borough}: ${said} (${this.finished} of ${this.files})`);
  }

  stop(): void {}
}

class Bars implements ImportProgress {
  private readonly multi: MultiBar;
  private readonly whole: SingleBar;
  private readonly bars = new Map<string, SingleBar>();

  constructor(output: Output, files: number) {
    this.multi = new MultiBar({
      stream: output.stderr,
      format: '{name} [{bar}] {percentage}% {said}',
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      barsize: 30,
      hideCursor: true,
      gracefulExit: false,
      clearOnComplete: false,
    });
    this.whole = this.multi.create(files, 0, { name: 'Files    ', said: `0 of ${files}` });
  }

  begin(borough: string, bytes: number): void {
    this.bars.set(borough, this.multi.create(Math.max(bytes, 1), 0, { name: borough, said: 'sending' }));
  }

  advance(borough: string, bytes: number, rows: number): void {
    this.bars.get(borough)?.update(bytes, { said: `${formatCount(rows)} rows` });
  }

  finish(borough: string, said: string): void {
    this.whole.increment(1);
    this.whole.update({ said: `${borough}: ${said}` });
    const bar = this.bars.get(borough);
    if (bar !== undefined) this.multi.remove(bar);
    this.bars.delete(borough);
  }

  stop(): void {
    this.multi.stop();
  }
}
