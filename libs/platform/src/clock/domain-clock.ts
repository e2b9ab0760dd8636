import { readJsonObject } from '../config/stack-files.js';
import { ConfigError } from '../config/config-error.js';
import type { ClockMode, StackConfig } from '../config/stack-config.js';
import { ProblemError } from '../http/problem.js';
import { parseInstant } from './instant.js';

/** Domain time: what decisions, events and due dates go by. Timeouts and leases run on monotonic time instead. */
export interface Clock {
  /** Now, RFC 3339 in UTC with milliseconds and `Z`. */
  now(): string;
}

/** Is told of each step of a controlled clock, and may take its time: the operator waits for it. */
export type ClockListener = (now: string) => void | Promise<void>;

/**
 * The clock of one process. Controlled, it stands still until the operator moves it, and never goes back. Real, it is
 * the machine's, held at its highest reading when the machine is set back, and no one can move it.
 */
export class DomainClock implements Clock {
  private readonly listeners = new Set<ClockListener>();

  /**
   * @param mode who moves the clock
   * @param latest instant it starts at, RFC 3339 in UTC with milliseconds
   */
  constructor(
    readonly mode: ClockMode,
    private latest: string,
  ) {}

  /**
   * The clock of a stack: `clock.json` when controlled, the machine's when real.
   *
   * @throws ConfigError when the clock is controlled and `clock.json` does not say a time
   */
  static of(config: Pick<StackConfig, 'clockMode' | 'paths'>): DomainClock {
    if (config.clockMode === 'real') return new DomainClock('real', new Date().toISOString());
    const now = parseInstant(readJsonObject(config.paths.clock)['now']);
    if (now === null)
      throw new ConfigError(
        `The file ${config.paths.clock} does not say a time`,
        'write {"now": "2026-11-01T09:00:00.000Z"}',
      );
    return new DomainClock('controlled', now);
  }

  now(): string {
    if (this.mode === 'real') {
      const machine = new Date().toISOString();
      if (machine > this.latest) this.latest = machine;
    }
    return this.latest;
  }

  /**
   * Moves a controlled clock forward and waits until every listener has taken notice. The time it shows already is
   * accepted again, so that an order whose answer was lost can be repeated.
   *
   * @param instant RFC 3339 in UTC
   * @throws ProblemError SCH-003 when it is no instant, CLK-001 when it lies before now, CLK-002 on a real clock
   */
  async advanceTo(instant: string): Promise<void> {
    const target = parseInstant(instant);
    if (target === null) throw unreadableInstant();
    if (this.mode === 'real') throw cannotMove();
    if (target < this.latest) throw wouldGoBack();
    this.latest = target;
    const told = await Promise.allSettled([...this.listeners].map(async (listener) => listener(target)));
    const failed = told.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Registers for each step of a controlled clock; a real clock makes none.
   *
   * @returns a function that ends the registration
   */
  onChange(listener: ClockListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}

function unreadableInstant(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'SCH-003',
    title: 'Unreadable value',
    detail: 'The time is not an instant in UTC.',
    remedy: 'Write it like 2026-11-01T09:00:00.000Z.',
    errors: [{ field: 'now', code: 'SCH-003', message: 'must be an instant in UTC' }],
  });
}

function cannotMove(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'CLK-002',
    title: 'The clock is real',
    detail: 'This process runs on real time, which nobody can set.',
    remedy: 'Start a synthetic store without PROBITY_CLOCK=real to control its clock.',
  });
}

function wouldGoBack(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'CLK-001',
    title: 'The clock never goes back',
    detail: 'The time asked for lies before the time that has been reached.',
    remedy: 'Ask for a later time, or start a new store.',
  });
}
