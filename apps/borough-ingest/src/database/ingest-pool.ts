import type { StackConfig } from '@probity/platform';
import type { ServiceLogger } from '@probity/platform';
import pg from 'pg';

const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 5_000;

/** Connections of the ingest in its own role. A commit waits for the disk: an accepted command is never lost. */
export class IngestPool extends pg.Pool {
  constructor(config: StackConfig, logger: ServiceLogger) {
    super({
      ...config.pg('probity_ingest', 'probity_events'),
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: '-c synchronous_commit=on',
      application_name: 'borough-ingest',
    });
    // An idle connection that breaks is replaced at the next query; unheard, its error would end the process.
    this.on('error', () => {
      logger.warn('a database connection was lost', 'IngestPool');
    });
  }
}
