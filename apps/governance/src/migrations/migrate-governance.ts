import { migrateSchema } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import { Governance1790000000020 } from './1790000000020-governance.js';

/**
 * Brings the schema `governance` of the events database up to date, as the owner of the database.
 *
 * @param env `MIGRATION_EVENTS_URL`, a postgres:// URL of the owner; `MIGRATION_CA`, PEM file of the server's authority,
 *   unset where the system's authorities are trusted
 * @throws ConfigError without the URL
 */
export async function migrateGovernance(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const url = env['MIGRATION_EVENTS_URL'];
  if (!url) throw new ConfigError('MIGRATION_EVENTS_URL is not set', 'let the stack run the migrations');
  const migrations = [Governance1790000000020];
  await migrateSchema({ url, authorityFile: env['MIGRATION_CA'], schema: 'governance', migrations });
}
