import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 8_192;

/** The last line of a log, at most 300 characters; of a structured line its message. Empty when there is none. */
export function lastWords(file: string): string {
  try {
    const log = openSync(file, 'r');
    try {
      const { size } = fstatSync(log);
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(log, tail, 0, tail.length, size - tail.length);
      const line = tail.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
      return messageOf(line).slice(0, 300);
    } finally {
      closeSync(log);
    }
  } catch {
    return '';
  }
}

/** Message of a structured line, with that of the error it reports; any other line as it is. */
export function messageOf(line: string): string {
  try {
    const { msg, error } = JSON.parse(line) as { msg?: unknown; error?: { message?: unknown } };
    if (typeof msg !== 'string') return line;
    return typeof error?.message === 'string' ? `${msg}: ${error.message}` : msg;
  } catch {
    return line;
  }
}
