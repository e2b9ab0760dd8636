import type { CommandError } from '../exit-code.js';

/**
 * Waits for work, or for the user to press Ctrl-C (SIGINT) or the system to ask for the end (SIGTERM).
 *
 * @param ended what is said when a signal comes first; the work is then left to fail by itself
 */
export async function untilSignal<T>(work: Promise<T>, ended: () => CommandError): Promise<T> {
  let onSignal: () => void = () => undefined;
  const signal = new Promise<never>((_, reject) => {
    onSignal = () => {
      reject(ended());
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
  try {
    return await Promise.race([work, signal]);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
