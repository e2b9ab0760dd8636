import { Supervisor, type StackOptions } from './supervisor.js';

/** A stack that was started by this process and runs until it is stopped. */
export type RunningStack = Supervisor;

/**
 * Starts a whole stack: PostgreSQL, Kafka, migrations, topics and access rights, applications. The sample lists are not imported.
 *
 * @returns when everything is ready
 * @throws StackError that says in one sentence what is wrong and what to do; nothing is left running then
 */
export async function startStack(options: StackOptions = {}): Promise<RunningStack> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}
