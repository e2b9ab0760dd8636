import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { StackConfig } from '@probity/platform';
import { MigrationWindow } from '../windows/migration-window.entity.js';

/** Connections of this process to the events database; its work is a handful of requests a day. */
const POOL_SIZE = 5;

/** How TypeORM reaches the schema `governance`, as the role of this service. The schema is made by migrations alone. */
export function eventsDatabase(config: StackConfig): TypeOrmModuleOptions {
  const { host, port, user, password, database, ssl } = config.pg('probity_governance', 'probity_events');
  return {
    type: 'postgres',
    host,
    port,
    username: user,
    password,
    database,
    ssl,
    schema: 'governance',
    entities: [MigrationWindow],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    poolSize: POOL_SIZE,
    applicationName: 'governance',
    // A database that is not there is for the supervisor to see, not to be waited for in silence.
    retryAttempts: 3,
    retryDelay: 500,
    logging: false,
  };
}
