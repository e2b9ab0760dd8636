import pg from 'pg';
import { readFileSync } from 'node:fs';

/**
 * Moves the memory of the migrations out of the read models' schemas, which change their names, into one that stays. Does nothing
 * where that has been done, or nothing has been migrated yet.
 */
export async function keepHistoryApart(url: string, authorityFile: string | undefined): Promise<void> {
  const ssl = authorityFile ? { ca: readFileSync(authorityFile, 'utf8') } : true;
  const client = new pg.Client({ connectionString: url, ssl });
  await client.connect();
  try {
    await client.query(KEEP_APART);
  } finally {
    await client.end();
  }
}

const KEEP_APART = `
CREATE SCHEMA IF NOT EXISTS projection;
DO $$ BEGIN
  IF to_regclass('projection.migration') IS NULL AND to_regclass('matrix.migration') IS NOT NULL THEN
    ALTER TABLE matrix.migration SET SCHEMA projection;
    IF to_regclass('safeguarding.migration') IS NOT NULL THEN
      INSERT INTO projection.migration ("timestamp", name) SELECT m."timestamp", m.name FROM safeguarding.migration m ORDER BY m.id;
      DROP TABLE safeguarding.migration;
    END IF;
  END IF;
END $$`;
