import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppendResult, SqlClient } from '../append.js';
import { AppendRefused } from '../append-refused.js';
import type { QueuedAppend } from './fit.js';
import { keyOf } from './fit.js';
import type { Outcome, Writers } from './group-commit.js';
import { GroupCommit } from './group-commit.js';

/** A session of the event store that is lent out. */
export interface AppendSession extends SqlClient {
  /** Give it back. @param failure why it is not to be used again */
  release(failure?: Error): void;
}

/** Lends sessions. */
export interface AppendSessions {
  connect(): Promise<AppendSession>;
}

/** Sessions, writers and bounds of a queue. */
export interface AppendQueueOptions extends Writers {
  readonly sessions: AppendSessions;
  /** Most events of one transaction; a request of more goes alone. 500 when absent. */
  readonly maxGroupEvents?: number;
  /** Most events that wait; 5,000 when absent. */
  readonly maxWaitingEvents?: number;
}

/** The queue took nothing: it is `full` (try again later) or `closed` (the process is about to end). */
export class QueueRefused extends Error {
  override readonly name = 'QueueRefused';

  constructor(readonly kind: 'full' | 'closed') {
    super(
      kind === 'full'
        ? 'too many events wait to be appended: try again later'
        : 'this process appends nothing more',
    );
  }
}

interface Waiting {
  readonly request: QueuedAppend;
  readonly settle: (outcome: Outcome) => void;
}

const GROUP_EVENTS = 500;
const WAITING_EVENTS = 5_000;

/**
 * Group commit: requests that arrive while a transaction runs share the next one (ADR 0015). They are appended in the
 * order in which they came, each as if alone: one that is refused fails no other. One transaction runs at a time.
 */
export class AppendQueue {
  readonly #waiting: Waiting[] = [];
  #waitingEvents = 0;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(private readonly options: AppendQueueOptions) {}

  /**
   * Append; resolves when the events are on disk.
   *
   * @throws AppendRefused as `append` does; QueueRefused; OutcomeUnknown; the error of a session that was lost, and then
   *   nothing was appended
   */
  append(request: QueuedAppend): Promise<AppendResult> {
    if (this.#isClosed) return Promise.reject(new QueueRefused('closed'));
    const count = request.events.length;
    if (count === 0)
      return Promise.reject(new AppendRefused('malformed', 'an append holds at least one event'));
    // Whatever is larger than the queue is taken by an empty one.
    const isFull = this.#waitingEvents + count > (this.options.maxWaitingEvents ?? WAITING_EVENTS);
    if (isFull && this.#waiting.length > 0) return Promise.reject(new QueueRefused('full'));
    this.#waitingEvents += count;
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if (outcome.status === 'fulfilled') resolve(outcome.value);
        else reject(outcome.reason as Error);
      };
      this.#waiting.push({ request, settle });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more, and resolves when everything that waits has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Callers that were answered just now may send their next request before the group is closed.
      await nextTurn();
      const group = this.#take();
      const outcomes = await this.#commit(group.map(({ request }) => request));
      for (const [place, { settle }] of group.entries()) settle(outcomes[place] as Outcome);
    }
    this.#running = null;
  }

  /** The next group: bounded, and with one request of each idempotency key, so that a second sees what the first did. */
  #take(): Waiting[] {
    const keys = new Set<string>();
    let events = 0;
    const end = this.#waiting.findIndex(({ request }, place) => {
      events += request.events.length;
      const key = request.idempotency && keyOf(request.idempotency.keyMac);
      const isSecond = key !== undefined && keys.has(key);
      if (key !== undefined) keys.add(key);
      return isSecond || (place > 0 && events > (this.options.maxGroupEvents ?? GROUP_EVENTS));
    });
    const group = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    for (const { request } of group) this.#waitingEvents -= request.events.length;
    return group;
  }

  async #commit(requests: readonly QueuedAppend[]): Promise<Outcome[]> {
    let session: AppendSession;
    try {
      session = await this.options.sessions.connect();
    } catch (reason) {
      return requests.map(() => ({ status: 'rejected', reason }));
    }
    const group = new GroupCommit(session, this.options);
    try {
      return await group.commit(requests);
    } finally {
      session.release(group.failure);
    }
  }
}
