import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ServiceLogger, STACK_CONFIG, type StackConfig } from '@probity/platform';
import pg from 'pg';

/**
 * Connections to the event store in a role that reads streams and can do one thing to them: say that a key is about to go. It
 * is not the role of the vault's other reader, which sees sealed identities and no stream.
 */
@Injectable()
export class ErasureEventsPool extends pg.Pool implements OnApplicationShutdown {
  constructor(@Inject(STACK_CONFIG) config: StackConfig, @Inject(ServiceLogger) logger: ServiceLogger) {
    super({
      ...config.pg('probity_vault_events', 'probity_events'),
      max: 4,
      connectionTimeoutMillis: 5000,
      // What was said before a key went must not be unsaid by a crash.
      options: '-c synchronous_commit=on',
      application_name: 'vault',
    });
    // An idle connection that breaks is replaced at the next query; unheard, its error would end the process.
    this.on('error', () => {
      logger.warn('a connection to the event store was lost', 'ErasureEventsPool');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
