import type { ProcessStatus, StackStatus } from '@probity/local-stack';

/** Whether a stack is ready, and how each of its processes stands. */
export interface StackReadiness {
  /** True only when every process is ready. */
  ready: boolean;
  processes: ProcessStatus[];
}

/** A stack of which nothing is known is not ready. */
export function readinessOf({ processes }: StackStatus): StackReadiness {
  return { ready: processes.length > 0 && processes.every(({ state }) => state === 'ready'), processes };
}
