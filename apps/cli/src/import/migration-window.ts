import { CommandError, EXIT } from '../exit-code.js';
import { RefusedError } from '../http/problem.js';
import type { Stack } from '../http/stack.js';

/** What a migration window is opened for: one content of one borough's list, with its groups, as at one time. */
export interface WindowSubject {
  borough: string;
  /** SHA-256, hexadecimal. */
  fileHash: string;
  groupsHash: string | null;
  /** RFC 3339 in UTC; null where domain time is real time, which this command does not read. */
  asAt: string | null;
}

/** A window as governance tells it. */
interface MigrationWindow {
  id: string;
  state: 'requested' | 'open' | 'closed';
  requestedBy: string;
}

/** Code of a window that has been read to its end. */
export const WINDOW_CLOSED = 'GOV-007';

const APPROVERS = ['central-1', 'central-2'] as const;

/**
 * Opens the window of a file, or finds it open. Two people must agree; on a synthetic store both are made up, and whoever
 * did not ask approves.
 *
 * @returns its id, or null when it is closed: the file was read to its end before
 * @throws RefusedError when governance refuses for another reason, CommandError on a store that runs on real time
 */
export async function openWindow(stack: Stack, subject: WindowSubject): Promise<string | null> {
  if (subject.asAt === null) throw windowNeedsControlledClock();
  const [requester, approver] = APPROVERS;
  try {
    const window = await stack
      .service('governance', requester)
      .post<MigrationWindow>('/v1/migration-windows', subject);
    if (window.state === 'closed') return null;
    if (window.state === 'requested') {
      const second = window.requestedBy === approver ? requester : approver;
      await stack.service('governance', second).post(`/v1/migration-windows/${window.id}/approve`, {});
    }
    return window.id;
  } catch (error) {
    if (error instanceof RefusedError && error.code === WINDOW_CLOSED) return null;
    throw error;
  }
}

function windowNeedsControlledClock(): CommandError {
  return new CommandError(
    EXIT.refused,
    'A list is imported as at one time, and this store runs on real time.',
    'Start a synthetic store without PROBITY_CLOCK=real.',
  );
}
