import { migrateSchema } from '@probity/event-store';
import { ConfigError } from '@probity/platform';
import { Matrix1790000000201 } from './1790000000201-matrix.js';
import { Safeguarding1790000000202 } from './1790000000202-safeguarding.js';
import { MatrixParking1790000000203, SafeguardingParking1790000000203 } from './1790000000203-parking.js';
import { Generations1790000000204 } from './1790000000204-generations.js';
import { RowChecks1790000000205 } from './1790000000205-row-checks.js';
import { ActsByGeneration1790000000207 } from './1790000000207-acts-by-generation.js';
import { keepHistoryApart } from './history.js';

const MIGRATIONS = [
  Matrix1790000000201,
  Safeguarding1790000000202,
  MatrixParking1790000000203,
  SafeguardingParking1790000000203,
  Generations1790000000204,
  RowChecks1790000000205,
  ActsByGeneration1790000000207,
];

/**
 * Brings the read models' schemas up to date as the owner of the database.
 *
 * @param env `MIGRATION_VIEWS_URL`, a postgres:// URL of the owner; `MIGRATION_CA`, PEM file of the server's authority,
 *   unset where the system's authorities are trusted
 * @returns how many migrations ran
 * @throws ConfigError without the URL
 */
export async function migrateViews(env: NodeJS.ProcessEnv): Promise<number> {
  const url = env['MIGRATION_VIEWS_URL'];
  if (!url) throw new ConfigError('MIGRATION_VIEWS_URL is not set', 'let the stack run the migrations');
  const authorityFile = env['MIGRATION_CA'];
  await keepHistoryApart(url, authorityFile);
  return migrateSchema({ url, authorityFile, schema: 'projection', migrations: MIGRATIONS });
}
