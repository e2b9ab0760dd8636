import { migrateSchema } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import { CreateKeyTables1761955200000 } from '../migrations/1761955200000-create-key-tables.js';
import { Looks1790000000300 } from '../migrations/1790000000300-looks.js';
import { KeyEpochs1790000000310 } from '../migrations/1790000000310-key-epochs.js';
import { RoomForRewrapping1790000000311 } from '../migrations/1790000000311-room-for-rewrapping.js';
import { Erasure1790000000320 } from '../migrations/1790000000320-erasure.js';
import { IdentityTokens1790000000330 } from '../migrations/1790000000330-identity-tokens.js';

/**
 * Bring the vault's schema up to date, as the owner of the database. Running it again changes nothing.
 *
 * @param env `MIGRATION_VAULT_URL`, a postgres:// URL of the owner; `MIGRATION_CA`, PEM file of the server's authority,
 *   unset where the system's authorities are trusted
 * @returns how many migrations were applied.
 * @throws ConfigError when the URL is not set.
 */
export async function runVaultMigrations(env: NodeJS.ProcessEnv): Promise<number> {
  const url = env['MIGRATION_VAULT_URL'];
  if (!url) throw new ConfigError('MIGRATION_VAULT_URL is not set', 'let the stack run the migrations');
  const migrations = [
    CreateKeyTables1761955200000,
    Looks1790000000300,
    KeyEpochs1790000000310,
    RoomForRewrapping1790000000311,
    Erasure1790000000320,
    IdentityTokens1790000000330,
  ];
  return migrateSchema({ url, authorityFile: env['MIGRATION_CA'], schema: 'vault', migrations });
}
