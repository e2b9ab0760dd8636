import { SingleBar } from 'cli-progress';
import type { Output } from './output.js';

/** Shows on stderr how many records of a long work are done: a bar on a terminal, nothing elsewhere. */
export interface RecordsProgress {
  /** @param name what is worked on */
  show(name: string, done: number, total: number): void;
  /** Gives the terminal back. */
  stop(): void;
}

/** A bar that appears with the first record. */
export function createRecordsProgress(output: Output): RecordsProgress {
  if (!output.canDraw) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    stream: output.stderr,
    format: '{name} [{bar}] {value} of {total} records',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 30,
    hideCursor: true,
    gracefulExit: false,
    clearOnComplete: true,
  });
  let isShown = false;
  return {
    show: (name, done, total) => {
      if (!isShown && total > 0) bar.start(total, done, { name });
      isShown ||= total > 0;
      bar.setTotal(total);
      bar.update(done, { name });
    },
    stop: () => {
      if (isShown) bar.stop();
    },
  };
}
