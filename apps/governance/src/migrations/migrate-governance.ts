import { readFileSync } from 'node:fs';
import { ConfigError } from '@probity/platform';
import { DataSource } from 'typeorm';
import { Governance1790000000020 } from './1790000000020-governance.js';

/**
 * Brings the schema `governance` of the events database up to date, as the owner of the database.
 *
 * @param env `MIGRATION_EVENTS_URL`, a postgres:// URL of the owner; `MIGRATION_CA`, PEM file of the authority of the
 *   server's certificate, unset where the system's authorities are trusted
 * @throws ConfigError without the URL
 */
export async function migrateGovernance(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const url = env['MIGRATION_EVENTS_URL'];
  if (url === undefined || url === '')
    throw new ConfigError('MIGRATION_EVENTS_URL is not set', 'let the stack run the migrations');
  const ca = env['MIGRATION_CA'];
  const source = new DataSource({
    type: 'postgres',
    url,
    ssl: ca === undefined ? true : { ca: readFileSync(ca, 'utf8') },
    schema: 'governance',
    migrationsTableName: 'migration',
    migrations: [Governance1790000000020],
    synchronize: false,
    installExtensions: false,
  });
  await source.initialize();
  try {
    // The table that remembers migrations lies in the schema that the first of them makes.
    await source.query('CREATE SCHEMA IF NOT EXISTS governance');
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}
