import { existsSync, renameSync, rmSync } from 'node:fs';
import { inProject } from './project.js';
import { runCommand } from './run-command.js';
import { StackError } from './stack-error.js';

/** Class path of the broker. */
export function kafkaClassPath(): string {
  return inProject('infra', 'kafka', 'lib', '*');
}

/** Whether the broker's jars have been fetched. */
export function hasKafkaJars(): boolean {
  return existsSync(inProject('infra', 'kafka', 'lib'));
}

/**
 * Fetches the broker's jars with Maven into `infra/kafka/lib`, once. The folder is made whole or not at all.
 *
 * @throws StackError when Maven cannot fetch them
 */
export async function fetchKafkaJars(signal?: AbortSignal): Promise<void> {
  const lib = inProject('infra', 'kafka', 'lib');
  const draft = `${lib}-${String(process.pid)}.new`;
  const args = ['-q', '-B', '-f', inProject('infra', 'kafka', 'pom.xml')];
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`];
  const run = await runCommand('mvn', [...args, ...goal], signal === undefined ? {} : { signal });
  if (run.status === 0 && existsSync(draft)) {
    moveIfAbsent(draft, lib);
    return;
  }
  rmSync(draft, { recursive: true, force: true });
  const why =
    `${run.stdout}${run.stderr}`.split('\n').find((line) => line.includes('ERROR')) ?? 'no reason given';
  throw new StackError(
    `Maven could not fetch Kafka (${why.trim()}): check that this machine reaches a Maven repository, then try again.`,
  );
}

function moveIfAbsent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // Another start was faster.
    rmSync(from, { recursive: true, force: true });
  }
}
