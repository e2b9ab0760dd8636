import { migrateSchema } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import { Reconciliation1790000000030 } from './1790000000030-reconciliation.js';

/**
 * Brings the schema `ledger` of the events database up to date, as the owner of the database.
 *
 * @param env `MIGRATION_EVENTS_URL`, a postgres:// URL of the owner; `MIGRATION_CA`, PEM file of the server's authority,
 *   unset where the system's authorities are trusted
 * @throws ConfigError without the URL
 */
export async function migrateLedger(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const url = env['MIGRATION_EVENTS_URL'];
  if (!url) throw new ConfigError('MIGRATION_EVENTS_URL is not set', 'let the stack run the migrations');
  const migrations = [Reconciliation1790000000030];
  await migrateSchema({ url, authorityFile: env['MIGRATION_CA'], schema: 'ledger', migrations });
}
