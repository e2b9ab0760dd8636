import type { ServiceLogger, StackConfig } from '@probity/platform';
import pg from 'pg';

const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Connections to the vault's database in its own role.
 *
 * A commit waits for the disk whatever the server's default is: a key must not be used before it is sure to last.
 */
export class VaultPool extends pg.Pool {
  constructor(config: StackConfig, logger: ServiceLogger) {
    super({
      ...config.pg('probity_vault', 'probity_vault'),
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: '-c synchronous_commit=on',
      application_name: 'vault',
    });
    // An idle connection that breaks is replaced at the next query; unheard, its error would end the process.
    this.on('error', () => {
      logger.warn('a database connection was lost', 'VaultPool');
    });
  }
}
