import { LentAccessKeys, ServiceAccessLog } from '@probity/access-log';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { DomainClock, ServiceLogger, STACK_CONFIG, UuidV7Source } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { VaultClient } from '@probity/sealing';

/** The log of looks as governance writes it, under the keys that the vault lends it. */
@Injectable()
export class GovernanceAccessLog extends ServiceAccessLog implements OnApplicationShutdown {
  readonly #vault: VaultClient;

  constructor(
    @Inject(STACK_CONFIG) config: StackConfig,
    @Inject(DomainClock) clock: DomainClock,
    @Inject(UuidV7Source) ids: UuidV7Source,
    @Inject(ServiceLogger) logger: ServiceLogger,
  ) {
    const url = `https://127.0.0.1:${String(config.ports.vault)}`;
    const vault = new VaultClient({ url, tls: config.serviceTls('governance') });
    super({ config, service: 'governance', keys: new LentAccessKeys(vault), clock, ids, logger });
    this.#vault = vault;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
    await this.#vault.close();
  }
}
