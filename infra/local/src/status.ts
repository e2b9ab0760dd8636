import { appsOf } from './apps.js';
import type { StackHome } from './home.js';
import { isOpen } from './kafka.js';
import { SUPERVISOR } from './lock.js';
import { askReady } from './readiness.js';
import { isRunning, readRunFiles, type RunFile } from './run-files.js';

/**
 * How a process of the stack stands.
 *
 * `ready`: runs and can do its work; `running`: runs and cannot, or not yet; `held`: runs and waits for a person; `stopped`: was not started or was stopped in good
 * order; `dead`: was started and is gone without having been stopped.
 */
export type ProcessState = 'ready' | 'running' | 'held' | 'stopped' | 'dead';

/** One line of the status. */
export interface ProcessStatus {
  name: string;
  state: ProcessState;
  pid: number | null;
  port: number | null;
  /** When it was started, RFC 3339. */
  since: string | null;
  /** What keeps it from being ready, and what a person should know besides; empty when there is neither. */
  detail: string;
}

/** Status of a stack. */
export interface StackStatus {
  /** Whether a supervisor holds the home. */
  running: boolean;
  processes: ProcessStatus[];
}

/** Asks every process of the stack of a home how it is. Never throws for a stack that is down. */
export async function stackStatus(
  home: StackHome,
  env: NodeJS.ProcessEnv = process.env,
): Promise<StackStatus> {
  const runs = readRunFiles(home);
  const supervisor = runs.get(SUPERVISOR);
  const names = ['postgres', 'kafka', ...appsOf(env)];
  return {
    running: supervisor !== undefined && isRunning(supervisor),
    processes: await Promise.all(
      names.map((name) => externalStatus(env, name) ?? statusOf(home, name, runs.get(name))),
    ),
  };
}

/** A server that somebody else runs has no process here; it is ready when it accepts connections. */
function externalStatus(env: NodeJS.ProcessEnv, name: string): Promise<ProcessStatus> | null {
  const text =
    name === 'postgres' ? env['DATABASE_URL'] : name === 'kafka' ? env['KAFKA_BROKERS'] : undefined;
  if (text === undefined || text === '') return null;
  const address = name === 'postgres' ? text : `tcp://${text.split(',')[0] ?? ''}`;
  const { hostname, port } = URL.canParse(address) ? new URL(address) : { hostname: '', port: '' };
  const known = { name, pid: null, port: Number(port || 5432), since: null };
  return isOpen(known.port, hostname).then((ready) => ({
    ...known,
    state: ready ? 'ready' : 'stopped',
    detail: ready ? 'run by somebody else' : 'does not accept connections',
  }));
}

async function statusOf(home: StackHome, name: string, run: RunFile | undefined): Promise<ProcessStatus> {
  if (run === undefined) return { name, state: 'stopped', pid: null, port: null, since: null, detail: '' };
  const known = { name, pid: run.pid, port: run.port, since: run.startedAt };
  if (!isRunning(run))
    return { ...known, state: 'dead', detail: `ended unasked: read ${home.logFile(name)}` };
  if (run.port === null) return { ...known, state: 'running', detail: '' };
  const isServer = name === 'postgres' || name === 'kafka';
  const { ready, held, detail } = isServer ? await askServer(run.port) : await askReady(home, run.port);
  return { ...known, state: ready ? 'ready' : held ? 'held' : 'running', detail };
}

async function askServer(port: number): Promise<{ ready: boolean; held: boolean; detail: string }> {
  const ready = await isOpen(port);
  return { ready, held: false, detail: ready ? '' : 'does not accept connections' };
}
