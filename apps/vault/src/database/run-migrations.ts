import { readFileSync } from 'node:fs';
import { ConfigError } from '@probity/platform';
import { DataSource } from 'typeorm';
import { CreateKeyTables1761955200000 } from '../migrations/1761955200000-create-key-tables.js';

const SCHEMA = 'vault';

/**
 * Bring the vault's schema up to date, as the owner of the database. Running it again changes nothing.
 *
 * `MIGRATION_VAULT_URL` is the `postgres://` URL of the owner; `MIGRATION_CA` the file with the authority of the server's
 * certificate, left out where the system's authorities are trusted.
 *
 * @returns how many migrations were applied.
 * @throws ConfigError when the URL is not set.
 */
export async function runVaultMigrations(env: NodeJS.ProcessEnv): Promise<number> {
  const url = env['MIGRATION_VAULT_URL'];
  if (url === undefined || url === '') {
    throw new ConfigError(
      'MIGRATION_VAULT_URL is not set',
      'set the postgres:// URL of the owner of the database',
    );
  }
  const authority = env['MIGRATION_CA'];
  const source = new DataSource({
    type: 'postgres',
    url,
    ssl: authority === undefined || authority === '' ? true : { ca: readFileSync(authority, 'utf8') },
    schema: SCHEMA,
    migrationsTableName: 'migration',
    migrations: [CreateKeyTables1761955200000],
    synchronize: false,
    logging: false,
  });
  await source.initialize();
  try {
    // The table that remembers the migrations lies in the schema, so the schema comes before the first of them.
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    return (await source.runMigrations({ transaction: 'each' })).length;
  } finally {
    await source.destroy();
  }
}
