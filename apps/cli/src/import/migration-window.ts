import { CommandError, EXIT } from '../exit-code.js';
import { RefusedError } from '../http/problem.js';
import type { Stack } from '../http/stack.js';

/** What a migration window is opened for: one content of one borough's list, with its groups. */
export interface WindowSubject {
  borough: string;
  /** SHA-256, hexadecimal. */
  fileHash: string;
  groupsHash: string | null;
}

/** A window as governance tells it. */
interface MigrationWindow {
  id: string;
  state: 'requested' | 'open' | 'closed';
  groupsHash: string | null;
  requestedBy: string;
}

/** Code of a window that has been read to its end. */
export const WINDOW_CLOSED = 'GOV-007';

const APPROVERS = ['central-1', 'central-2'] as const;
const PATH = '/v1/migration-windows';

/**
 * Opens the window of a file, or finds it open. Two people must agree; on a synthetic store both are made up, and whoever
 * did not ask approves.
 *
 * @param asAt domain time of the decisions; null where it is real time, which this command does not read
 * @returns its id, or null when it is closed: the file was read to its end before
 * @throws RefusedError when governance refuses for another reason, CommandError without a time
 */
export async function openWindow(
  stack: Stack,
  subject: WindowSubject,
  asAt: string | null,
): Promise<string | null> {
  if (asAt === null) throw needsControlledClock();
  // Asked first: a request for a closed window would be refused and logged, and a repeated import must add nothing.
  if ((await windowsOf(stack, subject)).some(({ state }) => state === 'closed')) return null;
  const [requester, approver] = APPROVERS;
  try {
    const window = await stack
      .service('governance', requester)
      .post<MigrationWindow>(PATH, { ...subject, asAt });
    if (window.state === 'closed') return null;
    if (window.state === 'requested') {
      const second = window.requestedBy === approver ? requester : approver;
      await stack.service('governance', second).post(`${PATH}/${window.id}/approve`, {});
    }
    return window.id;
  } catch (error) {
    if (error instanceof RefusedError && error.code === WINDOW_CLOSED) return null;
    throw error;
  }
}

/**
 * Finds the window that two people of the central team opened for a file; this command opens none on a real store.
 *
 * @returns its id, or null when it is closed: the file was read to its end before
 * @throws CommandError with exit code 1 when none is open
 */
export async function findOpenWindow(stack: Stack, subject: WindowSubject): Promise<string | null> {
  const items = await windowsOf(stack, subject);
  const windows = items.filter(({ groupsHash }) => groupsHash === subject.groupsHash);
  const open = windows.find(({ state }) => state === 'open');
  if (open !== undefined) return open.id;
  if (items.some(({ state }) => state === 'closed')) return null;
  throw new CommandError(
    EXIT.refused,
    'No migration window is open for exactly this file and its groups.',
    'Two people of the central team open one; then run the same command again.',
    'GOV-008',
  );
}

async function windowsOf(stack: Stack, subject: WindowSubject): Promise<MigrationWindow[]> {
  const query = new URLSearchParams({ borough: subject.borough, fileHash: subject.fileHash });
  const [reader] = APPROVERS;
  // On a synthetic store whoever opens the window also looks for it, whoever it is that sends the file.
  const governance = stack.config.synthetic
    ? stack.service('governance', reader)
    : stack.acting('governance', reader);
  const { items } = await governance.get<{ items: MigrationWindow[] }>(`${PATH}?${query.toString()}`);
  return items;
}

function needsControlledClock(): CommandError {
  return new CommandError(
    EXIT.refused,
    'A list is imported as at one time, and this store runs on real time.',
    'Start a synthetic store without PROBITY_CLOCK=real.',
  );
}
