import { ServiceAccessLog } from '@probity/access-log';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { DomainClock, ServiceLogger, STACK_CONFIG, UuidV7Source } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { AccessKeys } from './access-keys.js';

/** The log of looks as the vault writes it. */
@Injectable()
export class VaultAccessLog extends ServiceAccessLog implements OnApplicationShutdown {
  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(AccessKeys) keys: AccessKeys,
    @Inject(DomainClock) clock: DomainClock,
    @Inject(UuidV7Source) ids: UuidV7Source,
    @Inject(ServiceLogger) logger: ServiceLogger,
  ) {
    super({ config, service: 'vault', keys, clock, ids, logger });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
