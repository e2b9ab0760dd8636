import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { RecoveryTopic } from '@probity/event-store';
import { OutboxRelay, StoreGate } from '@probity/event-store';
import type { WriterRegistryFile } from '@probity/events';
import { WriterRegistry } from '@probity/events';
import { KafkaLog, onPrefixedTopics } from '@probity/messaging';
import type { ProbeAnswer, RecoveryNotes, StackConfig } from '@probity/platform';
import {
  DomainClock,
  ReadinessRegistry,
  STACK_CONFIG,
  gateReadiness,
  metrics,
  readStackFile,
} from '@probity/platform';
import { Gauge } from 'prom-client';
import type { IngestConfig } from '../ingest.config.js';
import { INGEST_CONFIG } from '../ingest.config.js';
import { IngestRecovery } from '../recovery/ingest-recovery.js';

/** Partitions of the topic that carries refusals. */
export const ACCESS_PARTITIONS = 4;

/**
 * Publishes the hosted boroughs' events, once store and topics are known to agree. Each borough's topics are written by that borough's own principal, so that a
 * stolen password of one borough cannot write another's topic.
 */
@Injectable()
export class BoroughRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('relay');
  readonly #logs: KafkaLog[] = [];
  readonly #relay: OutboxRelay;
  /** Shut while the store lacks what its topics hold, or the other way round. */
  readonly gate: StoreGate<RecoveryNotes>;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(INGEST_CONFIG) ingest: IngestConfig,
    readiness: ReadinessRegistry,
    clock: DomainClock,
    recovery: IngestRecovery,
  ) {
    const topics = ingest.boroughs.flatMap((borough, index) => this.#topicsOf(config, borough, index === 0));
    const database = config.pg('probity_ingest', 'probity_events');
    const report = (level: 'info' | 'warn' | 'error', message: string): void => {
      this.#logger[level === 'info' ? 'log' : level](message);
    };
    this.#relay = new OutboxRelay({ database, topics, report });
    const writers = new WriterRegistry(JSON.parse(readStackFile(config.paths.writers)) as WriterRegistryFile);
    this.gate = new StoreGate({
      database,
      topics,
      relay: this.#relay,
      verify: (event) => {
        writers.verify(event);
      },
      newId: randomUUID,
      now: () => clock.now(),
      finish: (found) => recovery.finish(found),
      report,
    });
    readiness.add({ name: 'relay', check: () => Promise.resolve(this.#readiness()) });
    this.#registerMetrics();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.gate.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.stop();
    await Promise.all(this.#logs.map((log) => log.close()));
  }

  #topicsOf(config: StackConfig, borough: string, isFirst: boolean): RecoveryTopic[] {
    const log = new KafkaLog({ clientId: `relay-${borough}`, connection: config.kafka(`ingest-${borough}`) });
    this.#logs.push(log);
    const port = onPrefixedTopics(log, config.topicPrefix);
    const topics = [`matrix.${borough}`, `safeguarding.${borough}`].map((topic) => ({
      topic,
      partitions: 1,
      log: port,
    }));
    return isFirst ? [...topics, { topic: 'access', partitions: ACCESS_PARTITIONS, log: port }] : topics;
  }

  #readiness(): ProbeAnswer {
    const shut = gateReadiness(this.gate);
    if (shut) return shut;
    const { state, held } = this.#relay.status();
    return { ready: state === 'serving', detail: `${state}, ${String(held)} topics held` };
  }

  #registerMetrics(): void {
    const { gate } = this;
    const relay = this.#relay;
    new Gauge({
      name: 'probity_relay_sent_events',
      help: 'Events that this relay has sent since start',
      registers: [metrics()],
      collect() {
        this.set(relay.status().sent);
      },
    });
    new Gauge({
      name: 'probity_relay_faulted_lanes',
      help: 'Partitions on which store and topic disagree until a person has acted',
      registers: [metrics()],
      collect() {
        this.set(gate.findings.length);
      },
    });
  }
}
