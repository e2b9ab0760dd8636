import { join } from 'node:path';
import { LOOKS_TOPIC, AccessLog } from '@probity/access-log';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { BatchSigner } from '@probity/events';
import { KafkaLog, topicName } from '@probity/messaging';
import {
  currentTraceparent,
  DomainClock,
  readOperatingModel,
  readStackFile,
  STACK_CONFIG,
  UuidV7Source,
} from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { AccessKeys } from './access-keys.js';

/** The log of looks as the vault writes it: under its own principal, signed with its own key. */
@Injectable()
export class VaultAccessLog extends AccessLog implements OnApplicationShutdown {
  readonly #log: KafkaLog;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(AccessKeys) keys: AccessKeys,
    @Inject(DomainClock) clock: DomainClock,
    @Inject(UuidV7Source) ids: UuidV7Source,
  ) {
    const log = new KafkaLog({ clientId: 'vault', connection: config.kafka('vault') });
    super({
      log,
      brokerTopic: topicName(LOOKS_TOPIC, config.topicPrefix),
      signer: new BatchSigner('vault', readStackFile(join(config.paths.writerKeys, 'vault.key.pem'))),
      keys,
      now: () => clock.now(),
      nextId: (at) => ids.next(at),
      source: '/central',
      policyVersion: readOperatingModel().hash,
      traceparent: currentTraceparent,
    });
    this.#log = log;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#log.close();
  }
}
