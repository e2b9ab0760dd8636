import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../exit-code.js';
import { UnreachableError, type ServiceClient } from '../http/service-client.js';
import { formatCount } from '../output/table.js';
import type { GenerationReport, RebuildProgress } from './generation-report.js';

/** How often a projector is asked how far it is, ms of real time. */
const LOOK_MS = 300;

/** Who is told how far a rebuild is, and what it waits for. */
export interface RebuildWatch {
  progress(done: number, total: number, ratePerSecond: number | null): void;
  problem(sentence: string): void;
}

/**
 * Waits until the next generation has caught up.
 *
 * @param path of the read model
 * @param begun what the projector answered when it was asked to rebuild
 * @throws CommandError with exit code 1 when the rebuild has ended, 3 when its process has; asking again goes on
 */
export async function untilReady(
  service: ServiceClient,
  path: string,
  begun: GenerationReport,
  watch: RebuildWatch,
): Promise<GenerationReport> {
  let told: string | null = null;
  for (let report = begun; ; report = await look(service, path)) {
    const { rebuild } = report;
    if (!rebuild) throw gone(report.projection);
    watch.progress(rebuild.done, rebuild.total, rebuild.ratePerSecond);
    if (rebuild.ready) return report;
    if (!rebuild.running) throw brokenOff(report.projection, rebuild);
    if (rebuild.problem !== null && rebuild.problem !== told) watch.problem(rebuild.problem);
    told = rebuild.problem;
    await pause(LOOK_MS);
  }
}

async function look(service: ServiceClient, path: string): Promise<GenerationReport> {
  try {
    return await service.get<GenerationReport>(path);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    throw new CommandError(
      EXIT.notReady,
      `${error.service} ended while it built the next generation.`,
      'What it has built is kept: run the same command again when it is back.',
    );
  }
}

function gone(projection: string): CommandError {
  return new CommandError(
    EXIT.refused,
    `The next generation of ${projection} was switched or dropped meanwhile.`,
    'See probity projection list.',
  );
}

function brokenOff(projection: string, { done, total, problem }: RebuildProgress): CommandError {
  const reason = problem === null ? '' : `: ${problem}`;
  return new CommandError(
    EXIT.refused,
    `The rebuild of ${projection} was broken off at ${formatCount(done)} of ${formatCount(total)} records${reason}.`,
    'Run the same command again: it goes on where it stopped.',
  );
}
