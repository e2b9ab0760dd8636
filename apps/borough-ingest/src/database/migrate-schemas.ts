import { readFileSync } from 'node:fs';
import { eventStoreMigrations } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import type { MixedList } from 'typeorm';
import { DataSource } from 'typeorm';
import { Ingest1790000000010 } from '../migrations/1790000000010-ingest.js';

/**
 * Bring the schemas `events` and `ingest` up to date, as the owner of the database. Running it again changes nothing.
 *
 * @param env `MIGRATION_EVENTS_URL`, the owner's postgres:// URL; `MIGRATION_CA`, PEM file of the server's authority,
 *   unset where the system's authorities are trusted
 * @throws ConfigError without the URL
 */
export async function migrateIngest(env: NodeJS.ProcessEnv): Promise<void> {
  const url = env['MIGRATION_EVENTS_URL'];
  if (!url) throw new ConfigError('MIGRATION_EVENTS_URL is not set', 'let the stack run the migrations');
  const ssl = env['MIGRATION_CA'] ? { ca: readFileSync(env['MIGRATION_CA'], 'utf8') } : true;
  await migrate(url, ssl, 'events', eventStoreMigrations);
  await migrate(url, ssl, 'ingest', [Ingest1790000000010]);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM names its classes so
type Migrations = MixedList<Function | string>;

async function migrate(
  url: string,
  ssl: true | { ca: string },
  schema: string,
  migrations: Migrations,
): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    ssl,
    schema,
    migrationsTableName: 'migration',
    migrations,
    synchronize: false,
    installExtensions: false,
  });
  await source.initialize();
  try {
    // The table that remembers migrations lies in the schema itself.
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}
