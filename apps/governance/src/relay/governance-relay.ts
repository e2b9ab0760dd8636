import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { OutboxRelay, StoreGate } from '@probity/event-store';
import type { WriterRegistryFile } from '@probity/events';
import { WriterRegistry } from '@probity/events';
import { KafkaLog, onPrefixedTopics } from '@probity/messaging';
import {
  DomainClock,
  ReadinessRegistry,
  STACK_CONFIG,
  ServiceLogger,
  gateReadiness,
  metrics,
  readStackFile,
} from '@probity/platform';
import type { ProbeAnswer, RecoveryNotes, StackConfig } from '@probity/platform';
import { Gauge } from 'prom-client';
import { GovernanceRecovery } from '../recovery/governance-recovery.js';

/** Topics that governance publishes, one partition each (topic manifest). */
const GOVERNANCE_TOPICS = ['oversight', 'sharing'] as const;

/**
 * Publishes the events of the oversight and sharing topics as the broker principal `governance`, once
 * store and topics are known to agree.
 */
@Injectable()
export class GovernanceRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log: KafkaLog;
  private readonly relay: OutboxRelay;
  /** Shut while the store lacks what its topics hold, or the other way round. */
  readonly gate: StoreGate<RecoveryNotes>;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
    @Inject(ServiceLogger) logger: ServiceLogger,
    @Inject(DomainClock) clock: DomainClock,
    @Inject(GovernanceRecovery) recovery: GovernanceRecovery,
  ) {
    this.log = new KafkaLog({ clientId: 'governance-relay', connection: config.kafka('governance') });
    const log = onPrefixedTopics(this.log, config.topicPrefix);
    const topics = GOVERNANCE_TOPICS.map((topic) => ({ topic, partitions: 1, log }));
    const database = config.pg('probity_governance', 'probity_events');
    const report = (level: 'info' | 'warn' | 'error', message: string): void => {
      logger[level === 'info' ? 'log' : level](message, 'GovernanceRelay');
    };
    this.relay = new OutboxRelay({ database, topics, report });
    const writers = new WriterRegistry(JSON.parse(readStackFile(config.paths.writers)) as WriterRegistryFile);
    this.gate = new StoreGate({
      database,
      topics,
      relay: this.relay,
      verify: (event) => {
        writers.verify(event);
      },
      newId: randomUUID,
      now: () => clock.now(),
      finish: () => recovery.finish(),
      report,
    });
    readiness.add({ name: 'relay', check: () => Promise.resolve(this.readiness()) });
    this.measure();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.gate.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.gate.stop();
    await this.log.close();
  }

  private readiness(): ProbeAnswer {
    const shut = gateReadiness(this.gate);
    if (shut) return shut;
    const { state, held } = this.relay.status();
    return { ready: state === 'serving', detail: `${state}, ${String(held)} topics held` };
  }

  private measure(): void {
    const { gate, relay } = this;
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
      help: 'Partitions on which store and topic disagree until a person has acted.',
      registers,
      collect() {
        this.set(gate.findings.length);
      },
    });
  }
}
