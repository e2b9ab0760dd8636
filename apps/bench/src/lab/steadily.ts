import { setTimeout as pause } from 'node:timers/promises';

/**
 * Does something so many times a second, whether or not what began earlier has ended: a slow answer makes no fewer callers.
 *
 * @returns milliseconds from when each was due to its end
 * @throws what the first of them failed with, once all have ended
 */
export async function steadily(
  perSecond: number,
  seconds: number,
  work: (number: number) => Promise<void>,
): Promise<number[]> {
  const began = performance.now();
  const times: number[] = [];
  const running: Promise<void>[] = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const due = began + (number * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    running.push(
      work(number).then(() => {
        times.push(performance.now() - due);
      }),
    );
  }
  const failed = (await Promise.allSettled(running)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return times;
}
