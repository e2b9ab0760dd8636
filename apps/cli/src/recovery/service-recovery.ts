import { setTimeout as pause } from 'node:timers/promises';
import type { RecoveryView } from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import type { ServiceClient } from '../http/service-client.js';
import type { Stack } from '../http/stack.js';

/** Services that relay topics of their own, in the order in which they are recovered: the last tells what the others did. */
export const RELAYING = ['borough-ingest', 'governance'] as const;

/** A service that relays topics. */
export type RelayingService = (typeof RELAYING)[number];

/** A recovery that came to its end. */
export type EndedRun = NonNullable<RecoveryView['run']> & {
  readonly report: NonNullable<NonNullable<RecoveryView['run']>['report']>;
};

/** What is to be recovered, and who is told how far it is. */
export interface RecoveryRequest {
  dryRun: boolean;
  /** This topic alone; all of the service when absent. */
  topic?: string | undefined;
  progress: (done: number, total: number) => void;
}

/** How often a service is asked how far it is, ms of real time. */
const LOOK_MS = 300;
const PATH = '/v1/recovery';

/**
 * Has one service compare and recover its topics, and waits for the end.
 *
 * @throws CommandError with exit code 1 when it was broken off; asking again goes on
 */
export async function recoverService(
  stack: Stack,
  name: RelayingService,
  { dryRun, topic, progress }: RecoveryRequest,
): Promise<EndedRun> {
  const service = stack.service(name, 'operator');
  await settled(service);
  await service.post(PATH, { dryRun, ...(topic === undefined ? {} : { topic }) });
  for (;;) {
    const { state, run } = await service.get<RecoveryView>(PATH);
    if (run) progress(run.progress.done, run.progress.total);
    // After a recovery the gate is looked at once more before it opens.
    const isSettled = state === 'open' || state === 'shut';
    if (run?.hasEnded === true && isSettled) return endedRun(name, run);
    await pause(LOOK_MS);
  }
}

/** A service that has just started compares by itself first. */
async function settled(service: ServiceClient): Promise<void> {
  while ((await service.get<RecoveryView>(PATH)).state === 'checking') await pause(LOOK_MS);
}

function endedRun(name: RelayingService, run: NonNullable<RecoveryView['run']>): EndedRun {
  const { report, failure } = run;
  if (failure === null && report !== null) return { ...run, report };
  throw new CommandError(
    EXIT.refused,
    `The recovery of ${name} was broken off: ${failure ?? 'no reason given'}.`,
    'Run the same command again: it goes on where it stopped.',
  );
}
