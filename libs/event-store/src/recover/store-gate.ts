import type { SqlClient } from '../append.js';
import { LockSession } from '../relay/lock-session.js';
import type { OutboxRelay } from '../relay/outbox-relay.js';
import { lookAtTail } from '../relay/tail-check.js';
import type { RecoveryOptions } from './recovery.js';
import { recoverStore } from './recovery.js';
import type { RecoveryProgress, RecoveryReport } from './recovery-report.js';

/** A lane on which store and topic disagree, and a sentence that says how. */
export interface GateFinding {
  readonly topic: string;
  readonly partition: number;
  readonly kind: 'topic-behind' | 'store-behind' | 'topic-lost' | 'fault';
  readonly sentence: string;
}

/**
 * `checking`: store and topics have not been compared yet; `open`: commands are taken; `shut`: a person has to act;
 * `recovering`: that is being done.
 */
export type GateState = 'checking' | 'open' | 'shut' | 'recovering';

/** A recovery that was asked for: under way, or the last one. `Notes` is what the service itself adds. */
export interface RecoveryRun<Notes> {
  readonly isDryRun: boolean;
  readonly progress: RecoveryProgress;
  readonly report: RecoveryReport | null;
  readonly notes: Notes | null;
  /** Why it was broken off, in a sentence; null while it runs and after a good end. */
  readonly failure: string | null;
  readonly hasEnded: boolean;
}

/** What a gate stands between. */
export interface GateOptions<Notes> extends Omit<RecoveryOptions, 'isDryRun' | 'progress'> {
  readonly relay: Pick<OutboxRelay, 'start' | 'stop' | 'status'>;
  /** What the service makes whole itself once the lanes are, before it takes commands again. */
  readonly finish: (report: RecoveryReport) => Promise<Notes>;
  /** Tells the operator in words; never gets an event's content. */
  readonly report: (level: 'info' | 'error', message: string) => void;
}

/** Pause before a comparison that failed is tried again, and bound on how long a start waits, in real milliseconds. */
const TRY_AGAIN = 1_000;
const START_BOUND = 10_000;
/** Topics looked at side by side. */
const SIDE_BY_SIDE = 8;

/**
 * Stands between the commands and relay of a service and its store. It opens when every lane's end has been compared with the
 * store and they agree; what would be appended to a store that lacks events, or sent to a topic that lacks some, would
 * make two histories of one.
 */
export class StoreGate<Notes> {
  #state: GateState = 'checking';
  #findings: readonly GateFinding[] = [];
  #run: RecoveryRun<Notes> | null = null;
  #isStopping = false;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: GateOptions<Notes>) {}

  get state(): GateState {
    return this.#state === 'open' && this.#faults().length > 0 ? 'shut' : this.#state;
  }

  /** Why the gate is shut; empty otherwise. */
  get findings(): readonly GateFinding[] {
    return [...this.#findings, ...this.#faults()];
  }

  /** The recovery under way, or the last one since the process started. */
  get run(): RecoveryRun<Notes> | null {
    return this.#run;
  }

  /** Compare, and open if all is well. A broker that does not answer within 10 s is waited for in the background. */
  async start(): Promise<void> {
    this.#work = this.#compareUntilDone();
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, START_BOUND);
    });
    await Promise.race([this.#work, bound]);
    clearTimeout(timer);
  }

  /** Stop the relay; a recovery under way is cut off by the end of the process, and goes on when it is asked for again. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.options.relay.stop();
  }

  /**
   * Begin a recovery and return at once; {@link run} tells how far it is.
   *
   * @param topics only these; all of the service when absent
   * @returns false when one is under way already, or the first comparison is
   */
  recover(isDryRun: boolean, topics?: readonly string[]): boolean {
    if (this.#state === 'checking' || this.#run?.hasEnded === false) return false;
    this.#run = {
      isDryRun,
      progress: { done: 0, total: 0 },
      report: null,
      notes: null,
      failure: null,
      hasEnded: false,
    };
    this.#work = isDryRun ? this.#look(topics) : this.#mend(topics);
    return true;
  }

  async #look(topics: readonly string[] | undefined): Promise<void> {
    await this.#attempt(async () => {
      this.#note({ report: await this.#recoverLanes(true, topics) });
    });
  }

  async #mend(topics: readonly string[] | undefined): Promise<void> {
    this.#state = 'recovering';
    await this.#attempt(async () => {
      await this.options.relay.stop();
      const report = await this.#recoverLanes(false, topics);
      this.#note({ report });
      this.#note({ notes: await this.options.finish(report) });
    });
    this.#state = 'checking';
    await this.#compareUntilDone();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#note({ hasEnded: true });
    } catch (error) {
      this.options.report('error', `the recovery was broken off: ${(error as Error).message}`);
      this.#note({ failure: (error as Error).message, hasEnded: true });
    }
  }

  #recoverLanes(isDryRun: boolean, only: readonly string[] | undefined): Promise<RecoveryReport> {
    const topics = this.options.topics.filter(({ topic }) => only?.includes(topic) ?? true);
    const progress = (now: RecoveryProgress): void => {
      this.#note({ progress: now });
    };
    return recoverStore({ ...this.options, topics, isDryRun, progress });
  }

  #note(change: Partial<RecoveryRun<Notes>>): void {
    if (this.#run) this.#run = { ...this.#run, ...change };
  }

  async #compareUntilDone(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#compare();
        return;
      } catch (error) {
        this.options.report('error', `store and topics could not be compared: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
      }
    }
  }

  async #compare(): Promise<void> {
    const findings = await this.#differences();
    if (this.#isStopping) return;
    this.#findings = findings;
    for (const { sentence } of findings) this.options.report('error', sentence);
    this.#state = findings.length === 0 ? 'open' : 'shut';
    if (findings.length === 0) this.options.relay.start();
  }

  async #differences(): Promise<GateFinding[]> {
    const client = await LockSession.open(this.options.database);
    try {
      const findings: GateFinding[] = [];
      const waiting = [...this.options.topics];
      const worker = async (): Promise<void> => {
        for (let topic = waiting.shift(); topic; topic = waiting.shift())
          findings.push(...(await this.#differencesOf(client, topic)));
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
      return findings.sort((a, b) => (a.topic < b.topic ? -1 : 1));
    } finally {
      await client.close();
    }
  }

  async #differencesOf(
    client: SqlClient,
    { topic, partitions, log }: GateOptions<Notes>['topics'][number],
  ): Promise<GateFinding[]> {
    if (!(await log.exists(topic)))
      return [{ topic, partition: 0, kind: 'topic-lost', sentence: `the topic ${topic} is not there` }];
    const findings: GateFinding[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const finding = await lookAtTail(client, log, { topic, partition });
      if (finding) findings.push({ topic, partition, ...finding });
    }
    return findings;
  }

  /** What the relay has met since the gate was opened. */
  #faults(): GateFinding[] {
    if (this.#state !== 'open') return [];
    return [...this.options.relay.status().faults].map(([lane, sentence]) => {
      const [topic = lane, partition] = lane.split('/');
      return { topic, partition: Number(partition), kind: 'fault', sentence };
    });
  }
}
