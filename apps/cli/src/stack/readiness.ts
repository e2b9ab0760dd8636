/** Whether one process of the stack can do its work. */
export interface ProcessReadiness {
  process: string;
  ready: boolean;
  /** Why, in a few words: never personal data. */
  detail: string;
  /** TCP port of the loopback; null for a process that listens nowhere. */
  port: number | null;
}

/** Whether a stack is ready: only when all its processes are. */
export interface StackReadiness {
  ready: boolean;
  processes: ProcessReadiness[];
}
