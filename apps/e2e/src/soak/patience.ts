import { setTimeout as pause } from 'node:timers/promises';

/** How long the harness itself waits for a server that a fault has taken away, ms of real time. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;

/** Repeats what fails until it succeeds: a server that is away comes back. @throws the last error after a minute */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() >= end) throw error;
      await pause(PAUSE_MS);
    }
  }
}
