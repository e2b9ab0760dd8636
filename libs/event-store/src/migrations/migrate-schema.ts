import { readFileSync } from 'node:fs';
import type { DataSourceOptions } from 'typeorm';
import { DataSource } from 'typeorm';

/** Which schema of which database is brought up to date, and by what. */
export interface SchemaMigration {
  /** postgres:// URL of the owner. */
  readonly url: string;
  /** PEM file of the authority of the server's certificate; the system's authorities when absent. */
  readonly authorityFile?: string | undefined;
  readonly schema: string;
  readonly migrations: NonNullable<DataSourceOptions['migrations']>;
}

/** Bring a schema up to date; running it again changes nothing. Returns how many migrations were applied. */
export async function migrateSchema({
  url,
  authorityFile,
  schema,
  migrations,
}: SchemaMigration): Promise<number> {
  const source = new DataSource({
    type: 'postgres',
    url,
    ssl: authorityFile ? { ca: readFileSync(authorityFile, 'utf8') } : true,
    schema,
    migrationsTableName: 'migration',
    migrations,
    synchronize: false,
    installExtensions: false,
    logging: false,
  });
  await source.initialize();
  try {
    // The table that remembers migrations lies in the schema itself, so the schema comes first.
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return (await source.runMigrations({ transaction: 'each' })).length;
  } finally {
    await source.destroy();
  }
}
