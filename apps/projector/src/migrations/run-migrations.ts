import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import type { MigrationInterface } from 'typeorm';
import { Matrix1790000000201 } from './1790000000201-matrix.js';
import { Safeguarding1790000000202 } from './1790000000202-safeguarding.js';

/** One schema, its migrations in order, and a `migration` table of its own. */
const SCHEMAS: Readonly<Record<string, (new () => MigrationInterface)[]>> = {
  matrix: [Matrix1790000000201],
  safeguarding: [Safeguarding1790000000202],
};

/**
 * Brings the read models' schemas up to date as the owner of the database.
 *
 * @param env `MIGRATION_VIEWS_URL`, a postgres:// URL of the owner, and `MIGRATION_CA`, the PEM file of the server's authority
 * @returns names of the migrations that ran
 * @throws Error when the URL is missing; the message never holds it
 */
export async function migrateViews(env: NodeJS.ProcessEnv): Promise<string[]> {
  const url = env['MIGRATION_VIEWS_URL'];
  if (!url)
    throw new Error(
      'MIGRATION_VIEWS_URL is not set: give the postgres:// URL of the owner of the views database.',
    );
  const ca = env['MIGRATION_CA'];
  const ssl = ca ? { ca: readFileSync(ca, 'utf8') } : true;
  const done: string[] = [];
  for (const [schema, migrations] of Object.entries(SCHEMAS)) {
    const source = new DataSource({
      type: 'postgres',
      url,
      ssl,
      schema,
      migrations,
      migrationsTableName: 'migration',
      synchronize: false,
      logging: false,
    });
    await source.initialize();
    try {
      await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`); // the table of migrations lies in it
      done.push(...(await source.runMigrations({ transaction: 'each' })).map((migration) => migration.name));
    } finally {
      await source.destroy();
    }
  }
  return done;
}
