import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { CommandError, EXIT } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { runningApps } from './running-apps.js';

/** Which processes know the new time. */
export interface ClockOutcome {
  now: string;
  acknowledged: string[];
  /** Those that did not take it, each with the reason in one sentence. */
  missing: { process: string; reason: string }[];
}

/**
 * Domain time of the stack, RFC 3339 in UTC.
 *
 * @throws CommandError with exit code 1 when the stack runs on real time, 3 when the clock's file cannot be read
 */
export function readClock(stack: Stack): string {
  assertControlled(stack);
  try {
    const { now } = JSON.parse(readFileSync(stack.config.paths.clock, 'utf8')) as { now?: unknown };
    if (typeof now === 'string' && !Number.isNaN(Date.parse(now))) return now;
  } catch {
    // Said below.
  }
  throw new CommandError(
    EXIT.notReady,
    'The clock of the stack cannot be read.',
    'Start the stack with npm start.',
  );
}

/**
 * Sets domain time in every running process and then in the clock's file, and returns when all have answered. The time
 * that stands already may be set again: that reaches a process which missed it.
 *
 * The file is written once any process has the new time, or none runs: domain time that has been used must survive a
 * restart, for it never goes back.
 *
 * @param now RFC 3339 in UTC with milliseconds
 * @throws CommandError with exit code 1 when the clock is later already
 */
export async function setClock(stack: Stack, now: string): Promise<ClockOutcome> {
  const before = readClock(stack);
  if (Date.parse(now) < Date.parse(before)) throw wouldGoBack(before);
  const apps = runningApps(stack.config.paths.run);
  const answers = await Promise.allSettled(
    apps.map(async ({ process, port }) => stack.service(process, 'operator', port).put('/v1/clock', { now })),
  );
  const outcome: ClockOutcome = { now, acknowledged: [], missing: [] };
  apps.forEach(({ process }, index) => {
    const answer = answers[index];
    if (answer?.status === 'rejected') outcome.missing.push({ process, reason: reasonOf(answer.reason) });
    else outcome.acknowledged.push(process);
  });
  if (outcome.acknowledged.length > 0 || apps.length === 0) writeClock(stack.config.paths.clock, now);
  return outcome;
}

/** Sets the clock as {@link setClock}, and throws with exit code 1 unless every running process has it. */
export async function setClockEverywhere(stack: Stack, now: string): Promise<ClockOutcome> {
  const outcome = await setClock(stack, now);
  if (outcome.missing.length === 0) return outcome;
  const missing = outcome.missing.map(({ process, reason }) => `${process} (${reason})`).join('; ');
  throw new CommandError(
    EXIT.refused,
    `The clock was not acknowledged by: ${missing}`,
    `Set the same time again once they run: probity clock set ${now}`,
  );
}

/** Written beside and renamed, so that a process that starts now reads one time or the other. */
function writeClock(path: string, now: string): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify({ now })}\n`);
  renameSync(draft, path);
}

function assertControlled(stack: Stack): void {
  if (stack.config.clockMode === 'controlled') return;
  throw new CommandError(
    EXIT.refused,
    'This stack runs on real time, which nobody can set.',
    null,
    'CLK-002',
  );
}

function wouldGoBack(before: string): CommandError {
  const sentence = `The clock stands at ${before} already and never goes back.`;
  return new CommandError(
    EXIT.refused,
    sentence,
    'Ask for a later time, or start a new store with npm run reset.',
    'CLK-001',
  );
}

function reasonOf(error: unknown): string {
  return error instanceof CommandError ? error.sentence : 'it failed.';
}
