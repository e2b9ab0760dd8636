import { join } from 'node:path';
import { BatchSigner } from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import { currentTraceparent, readOperatingModel, readStackFile } from '@probity/platform';
import type { DomainClock, ServiceLogger, StackConfig, UuidV7Source } from '@probity/platform';
import { LOOKS_TOPIC } from './access-event.js';
import type { AccessKeySource } from './access-key.js';
import { AccessLog } from './access-log.js';
import { LookTelemetry } from './look-telemetry.js';

/** What a service writes its looks with. */
export interface ServiceLogParts {
  readonly config: StackConfig;
  /** Principal at the broker, and writer whose key signs. */
  readonly service: 'governance' | 'vault';
  readonly keys: AccessKeySource;
  readonly clock: DomainClock;
  readonly ids: UuidV7Source;
  readonly logger: Pick<ServiceLogger, 'warn'>;
}

/** The log of looks as a service of the centre writes it: under its own principal, signed with its own key. */
export class ServiceAccessLog extends AccessLog {
  readonly #log: KafkaLog;

  /** @throws ConfigError when the service has no key to sign with */
  constructor({ config, service, keys, clock, ids, logger }: ServiceLogParts) {
    const log = new KafkaLog({ clientId: service, connection: config.kafka(service) });
    const pem = readStackFile(join(config.paths.writerKeys, `${service}.key.pem`));
    const telemetry = new LookTelemetry();
    super({
      log,
      brokerTopic: topicName(LOOKS_TOPIC, config.topicPrefix),
      signer: new BatchSigner(service, pem),
      keys,
      now: () => clock.now(),
      nextId: (at) => ids.next(at),
      source: '/central',
      policyVersion: readOperatingModel().hash,
      report: (sentence) => {
        logger.warn(`a look was not logged: ${sentence}`, 'AccessLog');
      },
      waited: (seconds, outcome) => {
        telemetry.waited(seconds, outcome);
      },
      traceparent: currentTraceparent,
    });
    this.#log = log;
  }

  /** Waits for the sends under way. */
  async close(): Promise<void> {
    await this.#log.close();
  }
}
