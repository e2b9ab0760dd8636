import { eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import { Ingest1790000000010 } from '../migrations/1790000000010-ingest.js';
import { ImportTurns1790000000011 } from '../migrations/1790000000011-import-turns.js';

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
  const authorityFile = env['MIGRATION_CA'];
  await migrateSchema({ url, authorityFile, schema: 'events', migrations: eventStoreMigrations });
  const migrations = [Ingest1790000000010, ImportTurns1790000000011];
  await migrateSchema({ url, authorityFile, schema: 'ingest', migrations });
}
