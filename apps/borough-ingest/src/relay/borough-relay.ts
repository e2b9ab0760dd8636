import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { RelayTopic } from '@probity/event-store';
import { OutboxRelay } from '@probity/event-store';
import { KafkaLog, onPrefixedTopics } from '@probity/messaging';
import type { StackConfig } from '@probity/platform';
import { ReadinessRegistry, STACK_CONFIG, metrics } from '@probity/platform';
import { Gauge } from 'prom-client';
import type { IngestConfig } from '../ingest.config.js';
import { INGEST_CONFIG } from '../ingest.config.js';

/** Partitions of the topic that carries refusals. */
export const ACCESS_PARTITIONS = 4;

/**
 * Publishes the hosted boroughs' events. Each borough's topics are written by that borough's own principal, so that a
 * stolen password of one borough cannot write another's topic.
 */
@Injectable()
export class BoroughRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('relay');
  readonly #logs: KafkaLog[] = [];
  readonly #relay: OutboxRelay;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(INGEST_CONFIG) ingest: IngestConfig,
    readiness: ReadinessRegistry,
  ) {
    const topics = ingest.boroughs.flatMap((borough, index) => this.#topicsOf(config, borough, index === 0));
    this.#relay = new OutboxRelay({
      database: config.pg('probity_ingest', 'probity_events'),
      topics,
      report: (level, message) => {
        this.#logger[level === 'info' ? 'log' : level](message);
      },
    });
    readiness.add({ name: 'relay', check: () => Promise.resolve(this.#readiness()) });
    this.#registerMetrics();
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#relay.stop();
    await Promise.all(this.#logs.map((log) => log.close()));
  }

  #topicsOf(config: StackConfig, borough: string, isFirst: boolean): RelayTopic[] {
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

  #readiness(): { ready: boolean; detail: string } {
    const { state, faults, held } = this.#relay.status();
    const fault = [...faults.values()][0];
    if (fault !== undefined) return { ready: false, detail: fault };
    return { ready: state === 'serving', detail: `${state}, ${String(held)} topics held` };
  }

  #registerMetrics(): void {
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
      help: 'Partitions that the relay does not serve until a person has looked',
      registers: [metrics()],
      collect() {
        this.set(relay.status().faults.size);
      },
    });
  }
}
