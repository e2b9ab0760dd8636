import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { OutboxRelay } from '@probity/event-store';
import { KafkaLog, onPrefixedTopics } from '@probity/messaging';
import { ReadinessRegistry, STACK_CONFIG, ServiceLogger, metrics } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { Gauge } from 'prom-client';

/** Topics that governance publishes, one partition each (topic manifest). */
const GOVERNANCE_TOPICS = ['oversight', 'sharing'] as const;

/** Publishes the events of the oversight and sharing topics as the broker principal `governance`. */
@Injectable()
export class GovernanceRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log: KafkaLog;
  private readonly relay: OutboxRelay;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
    @Inject(ServiceLogger) logger: ServiceLogger,
  ) {
    this.log = new KafkaLog({ clientId: 'governance-relay', connection: config.kafka('governance') });
    const log = onPrefixedTopics(this.log, config.topicPrefix);
    this.relay = new OutboxRelay({
      database: config.pg('probity_governance', 'probity_events'),
      topics: GOVERNANCE_TOPICS.map((topic) => ({ topic, partitions: 1, log })),
      report: (level, message) => {
        logger[level === 'info' ? 'log' : level](message, 'GovernanceRelay');
      },
    });
    readiness.add({ name: 'relay', check: () => Promise.resolve(this.readiness()) });
    this.measure();
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.log.close();
  }

  private readiness(): { ready: boolean; detail: string } {
    const { state, held, faults } = this.relay.status();
    const [fault] = faults.values();
    if (fault !== undefined) return { ready: false, detail: fault };
    return { ready: state === 'serving', detail: `${state}, ${String(held)} topics held` };
  }

  private measure(): void {
    const { relay } = this;
    const registers = [metrics()];
    const names = { sent: 'probity_relay_sent_events', faults: 'probity_relay_faulted_lanes' };
    for (const name of Object.values(names)) metrics().removeSingleMetric(name);
    new Gauge({
      name: names.sent,
      help: 'Events that this relay has sent since it started.',
      registers,
      collect() {
        this.set(relay.status().sent);
      },
    });
    new Gauge({
      name: names.faults,
      help: 'Partitions that this relay does not serve until a person has looked.',
      registers,
      collect() {
        this.set(relay.status().faults.size);
      },
    });
  }
}
