import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { WriterRegistry } from '@probity/events';
import type { WriterRegistryFile } from '@probity/events';
import { LogInspector } from '@probity/messaging';
import {
  DomainClock,
  ReadinessRegistry,
  STACK_CONFIG,
  ServiceLogger,
  readCheckKey,
  readStackFile,
} from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { PacedLoop } from '@probity/reconciliation';
import type { Pace, Settlement } from '@probity/reconciliation';
import pg from 'pg';
import { Reconciliation } from './reconciliation.js';

/** Nest token of the topics to watch, by the names that events carry. */
export const WATCHED_TOPICS = Symbol('WATCHED_TOPICS');

const POOL_SIZE = 4;
// Verifying what is new may take half a core while there is a backlog; going over what was verified a tenth.
const PACES = {
  watch: { restFactor: 1, idleMs: 500 },
  events: { restFactor: 10, idleMs: 2_000 },
  ciphertext: { restFactor: 10, idleMs: 5_000 },
} as const satisfies Record<string, Pace>;
type CheckName = keyof typeof PACES;

/** How long an order to check everything now waits for it, ms of real time. */
const NOW_LIMIT_MS = 60_000;

/** Compares event store and topics for as long as the process runs. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly checks: Reconciliation;
  readonly #pool: pg.Pool;
  readonly #log: LogInspector;
  readonly #loops: ReadonlyMap<CheckName, PacedLoop>;
  readonly #faults = new Map<CheckName, string>();

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(DomainClock) clock: DomainClock,
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
    @Inject(ServiceLogger) private readonly logger: ServiceLogger,
    @Inject(WATCHED_TOPICS) topics: readonly string[],
  ) {
    const connection = config.pg('probity_ledger', 'probity_events');
    this.#pool = new pg.Pool({ ...connection, max: POOL_SIZE, application_name: 'audit-ledger' });
    this.#pool.on('error', () => undefined); // an idle connection that ends is replaced; the next query tells
    this.#log = new LogInspector({ connection: config.kafka('audit-ledger'), clientId: 'audit-ledger' });
    this.checks = new Reconciliation({
      pool: this.#pool,
      log: this.#log,
      writers: new WriterRegistry(JSON.parse(readStackFile(config.paths.writers)) as WriterRegistryFile),
      key: readCheckKey(config, 'audit-ledger'),
      topics,
      topicPrefix: config.topicPrefix,
      now: () => clock.now(),
      settled: (settlement) => {
        this.#tell(settlement);
      },
      replaced: (lane) => {
        logger.warn(`${lane} is another topic than before: it is verified from its beginning`, 'Reconciler');
      },
    });
    const names = Object.keys(PACES) as CheckName[];
    this.#loops = new Map(names.map((name) => [name, this.#loop(name)]));
    readiness.add({ name: 'reconciliation', check: () => Promise.resolve(this.#readiness()) });
  }

  onApplicationBootstrap(): void {
    for (const loop of this.#loops.values()) loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.checks.stop();
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await this.#log.close();
    await this.#pool.end();
  }

  /**
   * Checks everything once without resting, from its beginning.
   *
   * @returns false when it did not end within a minute; it goes on by itself then
   */
  async runNow(): Promise<boolean> {
    const { watch, events, ciphertext } = this.checks;
    // A pass that is under way has left out what was changed behind it.
    const goal = {
      looks: watch.looks() + 2,
      events: events.report().passes + 2,
      ciphertext: ciphertext.report().passes + 2,
    };
    const end = performance.now() + NOW_LIMIT_MS;
    this.#hurry(true);
    try {
      while (performance.now() < end) {
        const isEven = watch
          .lanes()
          .every(({ lane, marks }) => marks === null || lane.nextOffset >= marks.high);
        const isDone = events.report().passes >= goal.events && ciphertext.report().passes >= goal.ciphertext;
        if (isEven && isDone && watch.looks() >= goal.looks) return true;
        await sleep(100);
      }
      return false;
    } finally {
      this.#hurry(false);
    }
  }

  #hurry(isHurried: boolean): void {
    for (const loop of this.#loops.values()) loop.hurry(isHurried);
  }

  #loop(name: CheckName): PacedLoop {
    const turn = async (): Promise<boolean> => {
      const hasMore = await this.checks.turn(this.checks[name]);
      this.#faults.delete(name);
      return hasMore;
    };
    return new PacedLoop(PACES[name], turn, (error) => {
      const sentence = `${name}: ${error instanceof Error ? error.name : 'unknown error'}`;
      if (this.#faults.get(name) !== sentence)
        this.logger.warn(`reconciliation cannot go on and tries again: ${sentence}`, error, 'Reconciler');
      this.#faults.set(name, sentence);
    });
  }

  #readiness(): { ready: boolean; detail: string } {
    const [fault] = this.#faults.values();
    if (fault !== undefined) return { ready: false, detail: `cannot go on: ${fault}` };
    const open = this.checks.alarms().length;
    return { ready: true, detail: open === 0 ? 'no alarm' : `${String(open)} open alarms` };
  }

  #tell({ raised, resolved }: Settlement): void {
    for (const { code, sentence } of raised) this.logger.error(`alarm ${code}: ${sentence}`, 'Reconciler');
    for (const { code, place } of resolved)
      this.logger.log(`alarm ${code} at ${place} is resolved`, 'Reconciler');
  }
}
