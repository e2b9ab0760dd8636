/** Says whether one thing that a process depends on is there. */
export interface ReadinessProbe {
  /** Short name, e.g. `postgres`. */
  name: string;
  check(): Promise<ProbeAnswer>;
}

/** What a probe finds, in a few words without personal data or addresses. */
export interface ProbeAnswer {
  ready: boolean;
  detail: string;
  /** What a person has to do: given where waiting does not help, such as a command of the command line. */
  remedy?: string;
  /** What a person should know although the process may be ready, in a few words without personal data. */
  notice?: string;
}

/** Answer of one probe. */
export interface ProbeResult extends ProbeAnswer {
  name: string;
}

/** Answer of a process about itself. */
export interface Readiness {
  ready: boolean;
  /** Not ready, running, and everything that is missing waits for a person. */
  held: boolean;
  probes: ProbeResult[];
}

/** A probe that has not answered after this many milliseconds of real time counts as not ready. */
const PROBE_TIMEOUT_MS = 2_000;

/** Collects the probes of a process. It is ready when it has started, is not stopping, and every probe says so. */
export class ReadinessRegistry {
  private readonly probes = new Map<string, ReadinessProbe>();
  private phase: 'starting' | 'running' | 'stopping' = 'starting';

  /** @param timeoutMs how long a probe may take, in milliseconds of real time */
  constructor(private readonly timeoutMs = PROBE_TIMEOUT_MS) {}

  /** @throws Error when a probe of that name is there already */
  add(probe: ReadinessProbe): void {
    if (this.probes.has(probe.name))
      throw new Error(`There is already a readiness probe named ${probe.name}.`);
    this.probes.set(probe.name, probe);
  }

  /** Says where the process is in its life. */
  enter(phase: 'running' | 'stopping'): void {
    this.phase = phase;
  }

  /** Asks every probe at once. A probe that fails or hangs is not ready; its error is not repeated. */
  async check(): Promise<Readiness> {
    const own: ProbeResult = { name: 'process', ready: this.phase === 'running', detail: this.phase };
    const probes = [
      own,
      ...(await Promise.all([...this.probes.values()].map((probe) => ask(probe, this.timeoutMs)))),
    ];
    const missing = probes.filter((probe) => !probe.ready);
    const held = missing.length > 0 && missing.every((probe) => probe.remedy !== undefined);
    return { ready: missing.length === 0, held, probes };
  }
}

async function ask(probe: ReadinessProbe, timeoutMs: number): Promise<ProbeResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<ProbeAnswer>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ready: false, detail: 'no answer' });
    }, timeoutMs);
  });
  try {
    return { name: probe.name, ...(await Promise.race([probe.check(), timeout])) };
  } catch {
    return { name: probe.name, ready: false, detail: 'check failed' };
  } finally {
    clearTimeout(timer);
  }
}
